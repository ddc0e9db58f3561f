#include <fmt/core.h>

#include <algorithm>

#include "api/names.h"
#include "api/routes.h"

namespace vigie::api {

namespace {

std::string cookie_of(std::string_view token, bool secure, Millis length) {
  // Strict: another site's page cannot make the browser act with this cookie.
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", Sessions::kCookie,
                     token, length.count() / 1000, secure ? "; Secure" : "");
}

std::string name_of_person(const json::object& book, const std::string& person) {
  if (const json::array* people = get_array(book, "people")) {
    for (const json::value& one : *people) {
      if (one.is_object() && get_string(one.get_object(), "id") == person) {
        return get_string(one.get_object(), "name", person);
      }
    }
  }
  return person;
}

}  // namespace

Task<net::HttpReply> Routes::session_show(Call call) {
  json::object out;
  out["person"] = call.who.empty() ? json::value(nullptr) : json::value(call.who);
  out["name"] = name_of_person(deps_.neighbours.book(), call.who);
  co_return net::json_reply(200, to_text(out));
}

Task<net::HttpReply> Routes::session_open(Call call) {
  auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const std::string token = get_string(*body, "token");
  if (token.empty()) {
    co_return error_reply(400, "invalid", "the token of the link is missing", "token");
  }
  const WallTime now = deps_.clock.wall();
  auto opened = sessions_.open(token, now);
  if (!opened) { co_return error_reply(opened.error(), "token"); }
  const std::string person = sessions_.person(*opened, now).value_or("");
  json::object out;
  out["person"] = person;
  out["name"] = name_of_person(deps_.neighbours.book(), person);
  net::HttpReply reply = net::json_reply(200, to_text(out));
  reply.headers.set("Set-Cookie", cookie_of(*opened, call.request.tls, Sessions::kSessionLength));
  co_return reply;
}

Task<net::HttpReply> Routes::session_close(Call call) {
  const Status closed =
      sessions_.close(cookie_in(call.request.headers.get("cookie"), Sessions::kCookie));
  if (!closed) { co_return error_reply(closed.error()); }
  net::HttpReply reply = net::json_reply(200, "{}");
  reply.headers.set("Set-Cookie", cookie_of("", call.request.tls, Millis{0}));
  co_return reply;
}

Task<net::HttpReply> Routes::link_make(Call call) {
  auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const json::object book = deps_.neighbours.book();
  std::string person = get_string(*body, "person");
  const json::array* people = get_array(book, "people");
  const auto known = people == nullptr ? std::vector<std::string>() : names_in(*people, "id");
  const auto is_known = [&](const std::string& id) {
    return std::find(known.begin(), known.end(), id) != known.end();
  };
  // Whoever asks, where the book knows them; else its first person.
  if (person.empty() && is_known(call.who)) { person = call.who; }
  if (person.empty() && !known.empty()) { person = known.front(); }
  if (!is_known(person)) {
    co_return error_reply(404, "not_found", no_such("person", person, known), "person");
  }
  json::object out;
  out["person"] = person;
  out["name"] = name_of_person(book, person);
  out["token"] = sessions_.one_time_token(person, deps_.clock.wall());
  out["url"] = fmt::format("{}/#enter={}", get_string(book, "url"), get_string(out, "token"));
  co_return net::json_reply(201, to_text(out));
}

}  // namespace vigie::api
