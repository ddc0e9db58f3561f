// One HTTP request, judged by its status.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "runbook/executor_kind.h"

namespace vigie::runbook {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "expect",
     .type = FieldType::text,
     .help = "the statuses that are success: 200, 2xx, or a list with commas",
     .fallback = "2xx",
     .example = "200,204"},
};

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// "POST http://host/path", header lines, an empty line, the body.
Result<HttpAsk> parse_ask(std::string_view text) {
  HttpAsk out;
  const std::string_view first = take_line(text);
  const size_t space = first.find(' ');
  out.method = std::string(first.substr(0, space));
  if (std::find(kMethods.begin(), kMethods.end(), out.method) == kMethods.end() ||
      space == std::string_view::npos) {
    return error(Code::invalid, "the first line is a method and a URL: GET http://host/path");
  }
  out.url = std::string(first.substr(space + 1));
  if (!out.url.starts_with("http://") && !out.url.starts_with("https://")) {
    return error(Code::invalid, fmt::format("\"{}\" is no http or https URL", out.url));
  }
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) { break; }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return error(Code::invalid, fmt::format("\"{}\" is no header: Name: value", line));
    }
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) { value.remove_prefix(1); }
    out.headers.emplace_back(line.substr(0, colon), value);
  }
  out.body = std::string(text);
  return out;
}

Result<bool> expected(std::string_view list, int status) {
  bool found = false;
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    if (one.size() == 3 && one.ends_with("xx") && one[0] >= '1' && one[0] <= '5') {
      found |= status / 100 == one[0] - '0';
      continue;
    }
    int wanted = 0;
    const auto [end, failed] = std::from_chars(one.data(), one.data() + one.size(), wanted);
    if (failed != std::errc{} || end != one.data() + one.size() || wanted < 100 || wanted > 599) {
      return error(Code::invalid, fmt::format("\"{}\" is no status", one));
    }
    found |= status == wanted;
  }
  return found;
}

std::string expect_of(const StringMap& options) {
  const auto found = options.find("expect");
  return found == options.end() ? "2xx" : found->second;
}

Status check(const std::string& text, const StringMap& options) {
  VIGIE_CHECK(parse_ask(text));
  VIGIE_CHECK(expected(expect_of(options), 200));
  return ok();
}

Task<StepOutcome> perform(Attempt attempt) {
  Result<HttpAsk> ask = parse_ask(attempt.step.text);
  if (!ask) { co_return make_outcome(Outcome::failed, ask.error().what); }
  if (!attempt.outside->http) { co_return make_outcome(Outcome::failed, "no HTTP client here"); }
  if (attempt.stop->raised()) { co_return make_outcome(Outcome::failed, "cancelled"); }
  const bool harmless = ask->method == "GET" || ask->method == "HEAD";
  if (attempt.maybe_ran_before && !harmless) {
    co_return make_outcome(Outcome::unknown, "the request may have been sent before the restart");
  }
  ask->headers.emplace_back("Idempotency-Key", attempt.effect.text);
  Result<HttpAnswer> answer = co_await attempt.outside->http(*std::move(ask), attempt.deadline);
  if (!answer) {
    if (answer.error().code == Code::cancelled) { co_return not_settled(); }
    co_return make_outcome(Outcome::failed, answer.error().what);
  }
  const Result<bool> good = expected(expect_of(attempt.step.options), answer->status);
  co_return make_outcome(good && *good ? Outcome::ok : Outcome::failed,
                         fmt::format("status {}", answer->status), answer->body);
}

}  // namespace

extern const ExecutorKind http_executor;
constinit const ExecutorKind http_executor{
    .name = "http",
    .summary = "Sends one HTTP request; its status says whether it worked.",
    .since = "0.1",
    .fields = kFields,
    .example_options = "expect=200 timeout=5s",
    .example = "POST http://127.0.0.1:8080/admin/flush\nContent-Type: application/json\n\n{}",
    .quoting = Quoting::url,
    .repeat = Repeat::never,
    .timeout = 30s,
    .check = &check,
    .perform = &perform,
};

}  // namespace vigie::runbook
