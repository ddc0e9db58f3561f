#include <fmt/core.h>

#include "api/console_files.h"
#include "api/routes.h"
#include "base/assert.h"
#include "net/gzip.h"
#include "net/reply.h"

namespace vigie::api {

namespace {

const ConsoleFile* file_at(std::string_view path) {
  for (const ConsoleFile& file : console_files()) {
    if (file.path == path) { return &file; }
  }
  return nullptr;
}

/// The console loads nothing from elsewhere and runs no inline script.
constexpr std::string_view kContentPolicy =
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

constexpr size_t kFileMax = 64 << 20;

net::HttpReply file_reply(const ConsoleFile& file, const net::HttpRequest& request) {
  net::HttpReply reply;
  const bool hashed = file.path.starts_with("/assets/");
  reply.headers.set("Content-Type", std::string(file.type));
  reply.headers.set("ETag", std::string(file.etag));
  reply.headers.set("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  reply.headers.set("Content-Security-Policy", std::string(kContentPolicy));
  reply.headers.set("X-Content-Type-Options", "nosniff");
  reply.headers.set("Referrer-Policy", "no-referrer");
  reply.headers.set("Vary", "Accept-Encoding");
  if (request.headers.get("if-none-match") == file.etag) {
    reply.status = 304;
    return reply;
  }
  if (net::accepts_gzip(request.headers.get("accept-encoding"))) {
    reply.headers.set("Content-Encoding", "gzip");
    reply.body = std::string(file.gzip);
    return reply;
  }
  net::Inflater inflater;
  const Status plain = inflater.add(file.gzip, reply.body, kFileMax);
  BUG(plain.has_value(), "the console's own {} does not unpack", file.path);
  return reply;
}

}  // namespace

Task<net::HttpReply> Routes::metrics(Call) {
  co_return net::text_reply(200, deps_.neighbours.metrics(),
                            "text/plain; version=0.0.4; charset=utf-8");
}

Task<net::HttpReply> Routes::healthy(Call) {
  co_return net::text_reply(200, "Vigie is healthy.\n");
}

Task<net::HttpReply> Routes::ready(Call) {
  if (!deps_.neighbours.ready()) { co_return net::text_reply(503, "Vigie is starting.\n"); }
  std::string text = "Vigie is ready.\n";
  const std::string problem = deps_.neighbours.book_problem();
  if (!problem.empty()) {
    text += "The book on disk was refused; the one before it is in force:\n" + problem + "\n";
  }
  if (const std::string trouble = refusing(); !trouble.empty()) {
    text += "Nothing new can be kept; pages leave from memory: " + trouble + "\n";
  }
  co_return net::text_reply(200, text);
}

Task<net::HttpReply> Routes::reload(Call) {
  const Status reloaded = co_await deps_.reload();
  if (!reloaded) { co_return net::text_reply(400, reloaded.error().what + "\n"); }
  co_return net::text_reply(200, "The book is in force.\n");
}

Task<net::HttpReply> Routes::quit(Call) {
  deps_.quit();
  co_return net::text_reply(200, "Vigie is stopping.\n");
}

Task<net::HttpReply> Routes::probes_list(Call) {
  json::object out;
  out["probes"] = deps_.neighbours.probes();
  co_return net::json_reply(200, to_text(out));
}

Task<net::HttpReply> Routes::heartbeat(Call call) {
  // Who only asks whether the path is there is no device that lives.
  if (call.request.method == "HEAD") {
    co_return error_reply(405, "invalid", "a heartbeat is a GET, a POST or a PUT");
  }
  const Status taken = deps_.neighbours.heartbeat(call.param("fleet"), call.param("device"));
  if (!taken) { co_return error_reply(taken.error()); }
  // It was counted: a device that lives must not look dead because our disk is full.
  if (const std::string trouble = refusing(); !trouble.empty()) {
    co_return error_reply(error(Code::exhausted, "heard, but in memory only: " + trouble));
  }
  co_return net::text_reply(204, "");
}

Task<net::HttpReply> Routes::prometheus_page(Call call) {
  // Relative, so that it also works below a path of a reverse proxy.
  std::string place = "./#/alerts";
  if (call.request.path == "/targets") { place = "./#/metrics?expr=up&view=table"; }
  if (call.request.path == "/graph") {
    place = "./#/metrics";
    const std::string_view expression = call.request.param("g0.expr");
    if (!expression.empty()) { place += "?expr=" + net::url_encode(expression); }
    // g0.tab: 0 is the graph, 1 the table (Prometheus' web/ui).
    if (!expression.empty() && call.request.param("g0.tab") == "1") { place += "&view=table"; }
    const std::string_view range = call.request.param("g0.range_input");
    if (!expression.empty() && !range.empty()) { place += "&range=" + net::url_encode(range); }
  }
  net::HttpReply reply = net::text_reply(302, "");
  reply.headers.set("Location", std::move(place));
  co_return reply;
}

Task<net::HttpReply> Routes::console(Call call) {
  const std::string& path = call.request.path;
  const ConsoleFile* file = file_at(path == "/" ? "/index.html" : path);
  // A browser may ask for a page of the console that it routes by itself; a program that asks for
  // what is not there (/federate) must not take a page for an answer.
  const bool browser = call.request.headers.get("accept").find("text/html") != std::string::npos;
  const bool no_page = path.starts_with("/api/") || path.find('.') != std::string::npos;
  if (file == nullptr && (no_page || !browser)) {
    co_return error_reply(404, "not_found", fmt::format("there is nothing at {}", path));
  }
  if (file == nullptr) { file = file_at("/index.html"); }
  co_return file_reply(*file, call.request);
}

}  // namespace vigie::api
