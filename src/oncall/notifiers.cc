#include "oncall/notifiers.h"

#include <fmt/core.h>

namespace vigie::oncall {

namespace {

/// Fit for a header and an address: letters, digits, '-' and '.'.
std::string plain_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += keep ? c : '-';
  }
  return out.empty() ? "vigie" : out.substr(0, 63);
}

/// `key`: under which the message left, when it may have arrived all the same.
std::string aside(Retry retry, bool repeat, const std::string& key = "") {
  json::object out{{"retry", retry == Retry::later ? "later" : "never"},
                   {"repeat", repeat},
                   {"maybe", !key.empty()}};
  if (!key.empty()) { out["key"] = key; }
  return to_text(out);
}

Settled settled_by(const Result<Receipt>& result, bool repeat, const std::string& key) {
  if (result) { return {Outcome::ok, result->detail, aside(Retry::never, repeat)}; }
  const Error& failure = result.error();
  const bool maybe = failure.code == Code::timeout;
  return {Outcome::failed, failure.what, aside(failure.retry, repeat, maybe ? key : "")};
}

}  // namespace

Notifiers::Notifiers(Deps deps) : deps_(std::move(deps)) {}
Notifiers::~Notifiers() = default;

void Notifiers::adopt(const config::Node& root, config::Secrets secrets) {
  const std::string name = root["name"].text();
  instance_ = plain_name(name.empty() ? "vigie" : name);
  if (!deps_.instance.empty()) { instance_ += "-" + deps_.instance.substr(0, 8); }
  for (const NotifierKind* kind : notifier_kinds()) {
    notifiers_[std::string(kind->name)] = kind->make({.loop = deps_.loop,
                                                      .http = deps_.http,
                                                      .secrets = secrets,
                                                      .instance = instance_,
                                                      .version = deps_.version,
                                                      .root = root});
  }
}

Task<Settled> Notifiers::perform(Effect effect, int64_t attempt, bool repeat, MonoTime deadline) {
  std::string key = effect.id.text;
  std::string kind;
  Message message;
  if (Page* page = std::get_if<Page>(&effect.body)) {
    // The other side knows it as the message that may have arrived already.
    if (!page->repeats.empty()) {
      key = page->repeats;
      repeat = true;
    }
    kind = page->channel;
    message.body = std::move(*page);
  } else if (Notify* notify = std::get_if<Notify>(&effect.body)) {
    kind = notify->kind;
    message.body = std::move(*notify);
  } else {
    co_return Settled{Outcome::failed, "not a message: " + effect.id.text,
                      aside(Retry::never, repeat)};
  }
  const auto found = notifiers_.find(kind);
  if (found == notifiers_.end()) {
    co_return Settled{Outcome::failed, fmt::format("no notifier \"{}\" in this release", kind),
                      aside(Retry::never, repeat)};
  }
  message.id = key + "." + instance_;
  message.attempt = attempt;
  message.repeat = repeat;
  const std::shared_ptr<Notifier> notifier = found->second;
  const Result<Receipt> result = co_await notifier->send(std::move(message), deadline);
  co_return settled_by(result, repeat, key);
}

}  // namespace vigie::oncall
