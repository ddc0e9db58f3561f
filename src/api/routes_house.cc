#include <fmt/core.h>

#include "api/console_files.h"
#include "api/routes.h"

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
  reply.headers.set("Content-Encoding", "gzip");
  reply.body = std::string(file.gzip);
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
  if (!deps_.engine.telemetry().durable) {
    text += "The journal cannot be written; pages leave from memory.\n";
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

Task<net::HttpReply> Routes::heartbeat(Call call) {
  const Status taken = deps_.neighbours.heartbeat(call.param("fleet"), call.param("device"));
  if (!taken) { co_return error_reply(taken.error()); }
  co_return net::text_reply(204, "");
}

Task<net::HttpReply> Routes::console(Call call) {
  const std::string& path = call.request.path;
  const ConsoleFile* file = file_at(path == "/" ? "/index.html" : path);
  if (file == nullptr && (path.starts_with("/api/") || path.find('.') != std::string::npos)) {
    co_return error_reply(404, "not_found", fmt::format("there is nothing at {}", path));
  }
  // Any other path is a page of the console, which routes by itself.
  if (file == nullptr) { file = file_at("/index.html"); }
  co_return file_reply(*file, call.request);
}

}  // namespace vigie::api
