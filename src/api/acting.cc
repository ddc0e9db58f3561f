#include "api/acting.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/answers.h"
#include "api/now.h"
#include "api/router.h"
#include "api/sessions.h"

namespace vigie::api {

namespace {

constexpr std::string_view kKeyHeader = "Idempotency-Key";
constexpr size_t kKeyMax = 255;

/// The scoped key of what a person asks, or "". What makes something gets a key of ours when it
/// came without one, so that what it made is found by more than its age.
std::string scope_of(EventBody& asked) {
  std::string scope;
  std::visit(
      [&](auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (requires { body.key, body.who, body.via; }) {
          constexpr bool makes =
              std::is_same_v<Body, DeclareAsked> || std::is_same_v<Body, RunAsked>;
          if (makes && body.key.empty()) { body.key = "own-" + random_token(); }
          if (!body.key.empty()) { scope = scoped_key(body.who, body.key); }
        }
      },
      asked);
  return scope;
}

}  // namespace

json::value refusal(int status, std::string_view code, std::string_view message,
                    std::string_view field) {
  return json::object{{"status", status}, {"code", code}, {"message", message}, {"field", field}};
}

bool is_refusal(const json::value& answer) {
  // A number: the documents that have a "status" have words.
  const json::value* status =
      answer.is_object() ? answer.get_object().if_contains("status") : nullptr;
  return status != nullptr && status->is_int64();
}

net::HttpReply refused_reply(const json::object& refusal) {
  return error_reply(static_cast<int>(get_int(refusal, "status")), get_string(refusal, "code"),
                     get_string(refusal, "message"), get_string(refusal, "field"));
}

Result<std::string> request_key(const net::HttpRequest& request) {
  if (!request.headers.has(kKeyHeader)) { return std::string(); }
  const std::string_view key = request.headers.get(kKeyHeader);
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
  if (key.empty() || key.size() > kKeyMax || !printable) {
    return error(Code::invalid, fmt::format("{} is 1 to {} printable characters without spaces",
                                            kKeyHeader, kKeyMax));
  }
  return std::string(key);
}

Task<json::value> Acting::ask(Question question) {
  json::value answer = co_await engine_.ask(edge_, std::move(question));
  co_return answer;
}

Task<std::shared_ptr<void>> Acting::claim(std::string key) {
  if (key.empty()) {
    co_return std::shared_ptr<void>(this, [](void*) {});
  }
  while (claimed_.contains(key)) {
    auto turn = std::make_shared<Completion<bool>>();
    turn->on_cancel = [raw = turn.get()] { raw->complete(false); };
    claimed_[key].push_back(turn);
    const bool go_on = co_await wait(turn);
    if (!go_on) { co_return nullptr; }
  }
  claimed_[key];
  std::shared_ptr<void> held(this, [this, key](void*) { release(key); });
  co_return held;
}

void Acting::release(const std::string& key) {
  const auto found = claimed_.find(key);
  const std::vector<Turn> waiting = std::move(found->second);
  claimed_.erase(found);
  // Later: who waits must not go on inside the end of the one before.
  for (const Turn& turn : waiting) {
    edge_.post([turn] { turn->complete(true); });
  }
}

Task<Acted> Acting::recall(std::string key, std::string digest) {
  if (key.empty()) { co_return Acted{}; }
  Question question = [key](const engine::Heart& heart, WallTime now) {
    return view_of(heart, "api", "answers/" + key, now);
  };
  const json::value known = co_await ask(std::move(question));
  Acted out;
  if (!known.is_object()) { co_return out; }
  out.repeat = true;
  if (get_string(known.get_object(), "digest") != digest) {
    out.refused = error_reply(
        422, "reused", "this Idempotency-Key came before, with another request: take a new key",
        kKeyHeader);
  }
  out.incident.value = static_cast<uint64_t>(get_int(known.get_object(), "incident"));
  out.run.value = static_cast<uint64_t>(get_int(known.get_object(), "run"));
  co_return out;
}

Task<Acted> Acting::act(EventBody asked, Question objection) {
  const std::string digest = digest_of(asked);
  const std::string key = scope_of(asked);
  const std::shared_ptr<void> held = co_await claim(key);
  Acted out;
  if (!held) {
    out.refused = error_reply(error(Code::cancelled, "Vigie is stopping"));
    co_return out;
  }
  out = co_await recall(key, digest);
  if (out.refused) { co_return out; }
  if (out.repeat) {
    if (!trouble_.empty()) { out.refused = error_reply(in_memory_only().error()); }
    co_return out;
  }
  const json::value no = co_await ask(std::move(objection));
  if (const json::object* why = no.if_object()) {
    out.refused = refused_reply(*why);
    co_return out;
  }
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) {
    out.refused = error_reply(submitted.error());
    co_return out;
  }
  out = co_await recall(key, digest);
  out.repeat = false;
  co_return out;
}

Task<Status> Acting::submit(EventBody body) {
  auto done = std::make_shared<Completion<Status>>();
  done->on_cancel = [raw = done.get()] {
    raw->complete(error(Code::cancelled, "Vigie is stopping; look whether it was done"));
  };
  settling_.push_back(done);
  Loop* edge = &edge_;
  engine_.submit(std::move(body), [done, edge](Status status) {
    edge->post([done, status = std::move(status)] { done->complete(status); });
  });
  if (!trouble_.empty()) {
    // Behind the input on core: it is decided when this is answered.
    Question nothing = [](const engine::Heart&, WallTime) -> json::value { return nullptr; };
    co_await ask(std::move(nothing));
    if (!trouble_.empty()) { done->complete(in_memory_only()); }
  }
  Status status = co_await wait(done);
  std::erase(settling_, done);
  co_return status;
}

Status Acting::in_memory_only() const {
  return error(Code::exhausted,
               fmt::format("in force, but in memory only: the journal cannot be written ({}), and "
                           "a crash would forget it; send it again with the same key until it is "
                           "on disk",
                           trouble_));
}

void Acting::trouble(const std::string& why) {
  trouble_ = why;
  if (why.empty()) { return; }
  // Completing resumes who waits, and that one takes itself out of the list.
  const std::vector<Settling> waiting = settling_;
  for (const Settling& one : waiting) { one->complete(in_memory_only()); }
}

}  // namespace vigie::api
