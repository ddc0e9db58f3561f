#include "stage/stage.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/log.h"

namespace vigie::stage {

namespace {

constexpr Nanos kHangMax = 10s;
constexpr size_t kBodyMax = 64 << 10;

std::string state_file(const RoleKind& kind, const Options& options) {
  const std::string& data = options.text("data");
  return data.empty() ? "" : fmt::format("{}/fault-{}.json", data, kind.name);
}

net::ServerLimits limits() {
  net::ServerLimits out;
  out.http.body_bytes_max = 1 << 20;
  out.connections_max = 2'000;
  // A hung role holds every request that came; the clients give up first.
  out.requests_in_flight_max = 2'000;
  return out;
}

std::vector<FaultKind> faults_of(const RoleKind& kind) {
  std::vector<FaultKind> out(std::begin(kCommonFaults), std::end(kCommonFaults));
  out.insert(out.end(), kind.faults.begin(), kind.faults.end());
  return out;
}

}  // namespace

Task<net::HttpReply> Role::handle(net::HttpRequest request) {
  co_return refuse(404, "not_found", "there is no " + request.path);
}

Status Role::poison(std::string_view) {
  return error(Code::invalid, "this role has no topic");
}

const RoleKind* find_role(std::string_view name) {
  for (const RoleKind* kind : role_kinds()) {
    if (kind->name == name) { return kind; }
  }
  return nullptr;
}

net::HttpReply refuse(int status, std::string_view code, std::string_view message) {
  const json::object body{{"error", json::object{{"code", code}, {"message", message}}}};
  return reply_json(status, body);
}

net::HttpReply reply_json(int status, const json::value& body) {
  return net::json_reply(status, to_text(body));
}

Result<json::object> body_of(const net::HttpRequest& request) {
  if (request.body.size() > kBodyMax) { return error(Code::invalid, "the body is too long"); }
  VIGIE_TRY(json::value parsed, parse_json(request.body));
  if (!parsed.is_object()) { return error(Code::invalid, "the body is no JSON object"); }
  return std::move(parsed.get_object());
}

Stage::Stage(const RoleKind& kind, Options options, Loop& loop)
    : kind_(kind),
      options_(std::move(options)),
      loop_(loop),
      http_(loop),
      faults_(loop, state_file(kind, options_),
              [this] {
                if (role_ != nullptr) { role_->faults_changed(); }
              }),
      metrics_(loop.clock().wall()) {}

Stage::~Stage() = default;

Result<uint16_t> Stage::open() {
  if (const std::string& data = options_.text("data"); !data.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(data, failed);
    if (failed) { return error(Code::io, fmt::format("--data {}: {}", data, failed.message())); }
  }
  role_ = kind_.make(*this);
  VIGIE_CHECK(faults_.restore());
  server_ = std::make_unique<net::HttpServer>(
      loop_, limits(), [this](net::HttpRequest request) { return answer(std::move(request)); });
  VIGIE_CHECK(role_->open());
  role_->faults_changed();
  const std::string address = fmt::format("127.0.0.1:{}", options_.number("port"));
  VIGIE_TRY(const uint16_t port, server_->listen(address));
  return port;
}

Task<void> Stage::close(Nanos patience) {
  role_->close();
  tasks_.cancel();
  co_await server_->stop(in(patience));
  co_await tasks_.join();
}

std::string Stage::metric(std::string_view suffix) const {
  return fmt::format("{}_{}_total", kind_.name, suffix);
}

void Stage::count_in(std::string_view label, std::string_view value) {
  metrics_.count(metric("in"), "Messages that arrived.",
                 {{std::string(label), std::string(value)}});
}

void Stage::count_out(std::string_view label, std::string_view value) {
  metrics_.count(metric("out"), "Messages handed on, taken or not.",
                 {{std::string(label), std::string(value)}});
}

void Stage::count_failed(std::string_view label, std::string_view value) {
  metrics_.count(metric("failed"), "Messages that the next stage did not take.",
                 {{std::string(label), std::string(value)}});
}

Task<std::optional<net::HttpReply>> Stage::admit() {
  Status turn = co_await faults_.turn();
  if (!turn) { co_return refuse(503, "exhausted", turn.error().what); }
  if (faults_.loses()) { co_return reply_json(202, json::object{{"accepted", true}}); }
  co_return std::nullopt;
}

Task<Status> Stage::post_json(std::string url, std::string body, Nanos patience) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.body = std::move(body);
  request.headers.set("Content-Type", "application/json");
  net::HttpOptions options;
  options.accept_gzip = false;
  Result<net::HttpReply> reply =
      co_await http_.exchange(std::move(request), std::move(options), in(patience));
  if (!reply) { co_return std::move(reply).error(); }
  if (reply->status / 100 == 2) { co_return ok(); }
  const Code code = reply->status / 100 == 4 ? Code::denied : Code::unavailable;
  co_return error(code, fmt::format("{} answered {}", url, reply->status));
}

Task<Result<json::object>> Stage::get_json(std::string url, Nanos patience) {
  net::HttpRequest request;
  request.url = url;
  net::HttpOptions options;
  options.accept_gzip = false;
  Result<net::HttpReply> reply =
      co_await http_.exchange(std::move(request), std::move(options), in(patience));
  if (!reply) { co_return std::move(reply).error(); }
  if (reply->status != 200) {
    co_return error(Code::unavailable, fmt::format("{} answered {}", url, reply->status));
  }
  Result<json::value> parsed = parse_json(reply->body);
  if (!parsed || !parsed->is_object()) {
    co_return error(Code::invalid, fmt::format("{} answered no JSON object", url));
  }
  co_return std::move(parsed->get_object());
}

Task<net::HttpReply> Stage::answer(net::HttpRequest request) {
  // The director's door stays open whatever the role plays.
  if (request.path == "/fault") { co_return answer_fault(request); }
  Status awake = co_await faults_.while_hung(in(kHangMax));
  if (!awake) { co_return refuse(503, "timeout", "no answer"); }
  if (request.path == "/metrics") {
    role_->measure();
    co_return net::text_reply(200, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
  }
  if (faults_.refuses()) { co_return refuse(503, "unavailable", "refused"); }
  if (request.path == "/health") { co_return answer_health(); }
  if (request.path.starts_with("/seen/")) { co_return answer_seen(request); }
  net::HttpReply reply = co_await role_->handle(std::move(request));
  co_return reply;
}

net::HttpReply Stage::answer_health() {
  json::object body = role_->health();
  if (!body.contains("status")) { body["status"] = "UP"; }
  body["role"] = kind_.name;
  const bool up = get_string(body, "status") == "UP";
  return reply_json(up ? 200 : 503, body);
}

net::HttpReply Stage::answer_seen(const net::HttpRequest& request) {
  std::string id = request.path.substr(std::string_view("/seen/").size());
  // A broker sees a message once per topic.
  if (const std::string_view topic = request.param("topic"); !topic.empty()) {
    id = fmt::format("{}/{}", topic, id);
  }
  const std::optional<WallTime> at = seen_.find(id);
  if (!at) { return reply_json(404, json::object{{"id", id}, {"seen", false}}); }
  return reply_json(200, json::object{{"id", id}, {"seen", true}, {"at", rfc3339(*at)}});
}

net::HttpReply Stage::answer_fault(const net::HttpRequest& request) {
  if (request.method == "POST") { return set_fault(request.body); }
  if (request.method == "DELETE") {
    faults_.clear_all();
  } else if (request.method != "GET") {
    return refuse(405, "invalid", "GET, POST or DELETE");
  }
  json::array set;
  for (const Fault& fault : faults_.all()) { set.push_back(to_json(fault)); }
  json::array possible;
  for (const FaultKind kind : faults_of(kind_)) { possible.push_back(json::value(name_of(kind))); }
  return reply_json(200, json::object{{"role", kind_.name}, {"faults", set}, {"kinds", possible}});
}

net::HttpReply Stage::set_fault(const std::string& body) {
  Result<json::value> parsed = parse_json(body);
  if (!parsed || !parsed->is_object()) {
    return refuse(400, "invalid", "the body is no JSON object such as {\"kind\": \"hang\"}");
  }
  const Result<Fault> fault = parse_fault(parsed->get_object(), faults_of(kind_));
  if (!fault) { return refuse(400, "invalid", fault.error().what); }
  log::warn("stage", "{}: {}", kind_.name, to_text(to_json(*fault)));
  if (fault->kind == FaultKind::poison) {
    // It lives in the topic, not in this process: emptying the topic is its only end.
    const Status done = role_->poison(fault->topic);
    if (!done) {
      const bool wrong = done.error().code == Code::invalid;
      return refuse(wrong ? 400 : 503, vigie::name_of(done.error().code), done.error().what);
    }
  } else {
    faults_.set(*fault);
  }
  return reply_json(200, json::object{{"set", to_json(*fault)}});
}

}  // namespace vigie::stage
