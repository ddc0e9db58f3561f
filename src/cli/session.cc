#include "cli/session.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/time.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "config/config.h"
#include "net/net.h"

namespace vigie::cli {

namespace {

constexpr Nanos kAnswerWait = 30s;

Task<void> fetch(net::HttpClient& client, net::HttpRequest request, MonoTime deadline,
                 std::optional<Result<net::HttpReply>>* out) {
  // Named first: g++ 12 destroys a braced argument of an awaited call twice.
  net::HttpOptions options;
  Result<net::HttpReply> reply =
      co_await client.exchange(std::move(request), std::move(options), deadline, nullptr);
  out->emplace(std::move(reply));
}

Error error_of(const net::HttpReply& reply) {
  const auto parsed = parse_json(reply.body);
  const json::object* body = parsed ? parsed->if_object() : nullptr;
  const json::object* inner = body == nullptr ? nullptr : get_object(*body, "error");
  std::string what = inner == nullptr ? "" : get_string(*inner, "message");
  if (what.empty() && body != nullptr) { what = get_string(*body, "error"); }
  if (what.empty()) { what = fmt::format("the daemon answered {}", reply.status); }
  // Never `unavailable`: the daemon is there, its journal must not answer in its place.
  const Code code = reply.status == 404                          ? Code::not_found
                    : reply.status == 400                        ? Code::invalid
                    : reply.status == 401 || reply.status == 403 ? Code::denied
                    : reply.status == 507                        ? Code::exhausted
                    : reply.status < 500                         ? Code::conflict
                                                                 : Code::io;
  return error(code, std::move(what));
}

}  // namespace

struct Session::Impl {
  Loop loop{"cli", real_clock()};
  net::HttpClient client{loop};
  TaskGroup tasks;
};

Session::Session(const Deps& deps, std::string book_dir, bool as_json)
    : deps_(deps),
      book_dir_(std::move(book_dir)),
      as_json_(as_json),
      impl_(std::make_unique<Impl>()) {
  // Only its place and its clock matter here, so that a book with errors still finds its daemon.
  config::Problems ignored;
  const config::Book book =
      config::load_book(book_dir_, config::Environment::of_process(), ignored);
  const std::string& written = book.root["data"].text();
  const std::string data = written.empty() ? "./data" : written;
  socket_ = data.starts_with('/') ? data + "/vigie.sock"
                                  : fmt::format("{}/{}/vigie.sock", book.dir, data);
  show_times_in(book.root["timezone"].text());
  has_book_ = book.root.is_map();
  for (const auto& entry : book.root["people"].entries()) { people_.push_back(entry.key.text()); }
  if (const char* person = std::getenv("VIGIE_PERSON")) { person_ = person; }
}

Session::~Session() = default;

Result<json::value> Session::exchange(std::string method, const std::string& path,
                                      std::string body) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.url = fmt::format("unix:{}:{}", socket_, path);
  request.body = std::move(body);
  if (!request.body.empty()) { request.headers.set("Content-Type", "application/json"); }
  if (!person_.empty()) { request.headers.set("Vigie-Person", person_); }
  std::optional<Result<net::HttpReply>> reply;
  const MonoTime deadline = real_clock().mono() + kAnswerWait;
  impl_->tasks.spawn(fetch(impl_->client, std::move(request), deadline, &reply));
  impl_->loop.run_until([&] { return reply.has_value(); }, deadline + 1s);
  if (!reply) { return error(Code::timeout, "the daemon does not answer"); }
  if (!*reply) { return std::move(*reply).error(); }
  if ((*reply)->status >= 400) { return error_of(**reply); }
  if ((*reply)->body.empty()) { return json::value(); }
  return parse_json((*reply)->body);
}

Result<json::value> Session::get(const std::string& path) {
  auto answer = exchange("GET", path, "");
  if (answer || answer.error().code != Code::unavailable) { return answer; }
  if (!has_book_) { return no_book(); }
  auto offline = deps_.offline(book_dir_, path);
  if (!offline && offline.error().code == Code::not_found) { return offline; }
  if (!offline) {
    return error(Code::unavailable,
                 fmt::format("Vigie is not running: {} (start it with: vigie run --book {})",
                             offline.error().what, book_dir_));
  }
  if (!std::exchange(offline_, true)) { say_offline(*offline); }
  return offline;
}

/// Comes first, before anything that reads as if somebody watched.
void Session::say_offline(const json::value& answer) {
  if (as_json_ || names_only_) { return; }
  const json::object& known = answer.get_object();
  const std::string now = rfc3339(real_clock().wall());
  print_line(paint(
      fmt::format("✖ Vigie is NOT running (last heard of at {}, {} ago): nobody is "
                  "watching and nobody will be paged.",
                  short_time(known, "last_known_at", now), age_of(known, "last_known_at", now)),
      Colour::red));
  print_line(paint(fmt::format("This is from its journal, as it was then; start it with: vigie run "
                               "--book {}",
                               book_dir_),
                   Colour::dim));
}

Result<json::value> Session::post(const std::string& path, const json::value& body) {
  auto answer = exchange("POST", path, to_text(body));
  if (answer || answer.error().code != Code::unavailable) { return answer; }
  if (!has_book_) { return no_book(); }
  return std::move(answer).error().context(
      fmt::format("the daemon of {} cannot be reached; start it with: vigie run --book {}",
                  book_dir_, book_dir_));
}

Error Session::no_book() const {
  return error(
      Code::invalid,
      fmt::format("there is no watch book in {}: name its directory with --book DIR, or in "
                  "VIGIE_BOOK",
                  book_dir_));
}

void Session::print(std::string_view text) const {
  if (muted_) { return; }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::print_line(std::string_view text) const {
  print(text);
  print("\n");
}

void Session::note(std::string_view text) const {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", paint(text, Colour::dim, stderr_has_colours()));
}

void Session::print_json(const json::value& value) const {
  print_line(to_text(value));
}

int Session::fail(const Error& failure) const {
  fmt::print(stderr, "{} {}\n", paint("vigie:", Colour::red, stderr_has_colours()), failure.what);
  if (as_json_) {
    print_json(json::object{
        {"error", json::object{{"code", name_of(failure.code)}, {"message", failure.what}}}});
  }
  switch (failure.code) {
    case Code::invalid:
    case Code::not_found:
      return kWrongUse;
    case Code::unavailable:
    case Code::timeout:
      return kNotRunning;
    default:
      return kBad;
  }
}

int Session::wrong_use(std::string_view what) const {
  return fail(error(Code::invalid, std::string(what)));
}

}  // namespace vigie::cli
