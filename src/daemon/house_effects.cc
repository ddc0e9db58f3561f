#include <cmath>

#include "daemon/drive.h"
#include "daemon/house.h"

namespace vigie::daemon {

namespace {
constexpr size_t kAnswerMax = 64 << 10;
}

runbook::Outside House::outside() {
  return {.loop = &edge_,
          .data_dir = data_ + "/runs",
          .book_dir = book_.dir,
          .query = [this](std::string expression) { return holds(std::move(expression)); },
          .http = [this](runbook::HttpAsk ask,
                         MonoTime deadline) { return ask_http(std::move(ask), deadline); },
          .drive_unit =
              [this](std::string unit, std::string verb, MonoTime deadline) {
                return drive_unit(edge_, *engine_, std::move(unit), std::move(verb), deadline);
              }};
}

Task<Result<bool>> House::holds(std::string expression) {
  auto parsed = promql::parse(expression);
  if (!parsed) { co_return std::move(parsed).error(); }
  auto work = [this, e = *std::move(parsed)]() -> Result<bool> {
    VIGIE_TRY(const promql::QueryResult result, queries_.instant(e, real_clock().wall(), *store_));
    if (result.type == promql::ValueType::scalar) {
      return result.scalar.value != 0 && !std::isnan(result.scalar.value);
    }
    return std::any_of(result.vector.begin(), result.vector.end(),
                       [](const promql::VectorSample& s) { return s.value != 0; });
  };
  // With the rules: what people ask of the store must not keep a page waiting.
  auto ran = co_await on(rules_pool_, edge_, std::move(work));
  if (!ran) { co_return std::move(ran).error(); }
  co_return *std::move(ran);
}

Task<Result<runbook::HttpAnswer>> House::ask_http(runbook::HttpAsk ask, MonoTime deadline) {
  net::HttpRequest request;
  request.method = std::move(ask.method);
  request.url = std::move(ask.url);
  request.body = std::move(ask.body);
  for (auto& [name, value] : ask.headers) { request.headers.add(name, value); }
  // Named first: g++ 12 destroys a braced argument of an awaited call twice.
  net::HttpOptions options;
  auto reply = co_await http_->exchange(std::move(request), std::move(options), deadline, nullptr);
  if (!reply) { co_return std::move(reply).error(); }
  co_return runbook::HttpAnswer{.status = reply->status, .body = reply->body.substr(0, kAnswerMax)};
}

}  // namespace vigie::daemon
