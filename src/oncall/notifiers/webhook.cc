#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/utf8.h"
#include "config/values.h"
#include "oncall/http_config.h"
#include "oncall/notifier_kind.h"

namespace vigie::oncall {

namespace {

using config::FieldType;
using config::Settings;

constexpr config::Field kFields[] = {
    {.name = "url",
     .type = FieldType::secret,
     .help = "where the alerts are posted as JSON; {env} and {file} references work",
     .example = "https://example.org/hook"},
    {.name = "url_file", .help = "a file with the address"},
    {.name = "http_config",
     .type = FieldType::section,
     .help = "credentials, TLS and redirects",
     .fields = kHttpConfigFields},
    {.name = "max_alerts",
     .type = FieldType::integer,
     .help = "at most so many alerts in one message; 0: all",
     .fallback = "0",
     .least = 0},
    {.name = "timeout",
     .type = FieldType::duration,
     .help = "for one attempt; 0s: as long as Vigie gives",
     .fallback = "0s"},
    {.name = "send_resolved",
     .type = FieldType::boolean,
     .help = "says when alerts end, too",
     .fallback = "true"},
    {.name = "secret",
     .type = FieldType::secret,
     .help = "signs each message: Vigie-Signature: t=<unix>,v1=<hmac-sha256 of \"t.body\">"},
};

std::string hmac_hex(const std::string& key, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string out;
  for (unsigned int i = 0; i < size; ++i) { out += fmt::format("{:02x}", digest[i]); }
  return out;
}

/// What one post needs; secrets are in it, so it never appears in a message.
struct Post {
  std::string url, body, secret;
  std::string shown;  ///< The address without what may be secret in it, for details.
  net::HttpRequest request;
  net::HttpOptions options;
  Millis timeout{0};
};

std::string shown_url(const std::string& url) {
  const Result<net::Url> parsed = net::parse_url(url);
  return parsed ? fmt::format("{}://{}:{}", parsed->scheme, parsed->host, parsed->port)
                : std::string("the webhook");
}

std::string page_body(const Message& message, const Page& page) {
  return to_text(json::object{{"version", "1"},
                              {"kind", "page"},
                              {"id", message.id},
                              {"page", page.page.value},
                              {"incident", page.incident.value},
                              {"person", page.person},
                              {"name", page.name},
                              {"level", page.level},
                              {"subject", page.subject},
                              {"text", page.text},
                              {"repeat", message.repeat}});
}

/// Alertmanager's data with its receiver, cut to `most` alerts.
Result<std::string> notify_body(const Notify& notify, int64_t most) {
  VIGIE_TRY(json::value payload, parse_json(notify.payload));
  if (!payload.is_object()) { return error(Code::bug, "the group's data is not an object"); }
  json::object& object = payload.get_object();
  object["receiver"] = notify.receiver;
  int64_t cut = get_int(object, "truncatedAlerts");
  if (json::value* alerts = object.if_contains("alerts"); alerts != nullptr && alerts->is_array()) {
    json::array& list = alerts->get_array();
    const auto count = static_cast<int64_t>(list.size());
    if (most > 0 && count > most) {
      cut += count - most;
      list.resize(static_cast<size_t>(most));
    }
  }
  object["truncatedAlerts"] = cut;
  return to_text(payload);
}

Error refused(const net::HttpReply& reply, const std::string& shown) {
  std::string said = repaired_utf8(std::string(cut_utf8(reply.body, 200)));
  std::ranges::replace_if(
      said, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  std::string what =
      fmt::format("{} answered {}{}{}", shown, reply.status, said.empty() ? "" : ": ", said);
  const bool later = reply.status == 429 || reply.status == 408 || reply.status >= 500;
  if (later) { return error(Code::unavailable, std::move(what)); }
  const bool denied = reply.status == 401 || reply.status == 403;
  return Error{denied ? Code::denied : Code::invalid, Retry::never, std::move(what)};
}

/// Once there is a connection the request is under way, and what ends without an answer may have
/// been taken.
Error unanswered(Error failure, const net::HttpPhases& phases) {
  if (failure.code == Code::cancelled) { return failure; }
  if (phases.peer_address.empty()) {
    if (failure.code == Code::timeout) { failure.code = Code::unavailable; }
    return failure;
  }
  failure.code = Code::timeout;
  return failure;
}

class Webhook final : public Notifier {
 public:
  explicit Webhook(NotifierContext context) : context_(std::move(context)) {}

  Task<Result<Receipt>> send(Message message, MonoTime deadline) override {
    Result<Post> prepared = prepare(message);
    if (!prepared) { co_return std::move(prepared).error(); }
    Post post = *std::move(prepared);
    if (post.timeout > Millis{0}) {
      deadline = std::min(deadline, context_.loop.clock().mono() + Nanos{post.timeout});
    }
    net::HttpRequest request = std::move(post.request);
    net::HttpPhases phases;
    Result<net::HttpReply> reply =
        co_await context_.http.exchange(std::move(request), post.options, deadline, &phases);
    if (!reply) { co_return unanswered(std::move(reply).error(), phases).context(post.shown); }
    if (reply->status >= 200 && reply->status < 300) {
      co_return Receipt{fmt::format("{} answered {}", post.shown, reply->status)};
    }
    co_return refused(*reply, post.shown);
  }

 private:
  Result<Post> prepare(const Message& message) const {
    Post post;
    if (const Page* page = std::get_if<Page>(&message.body)) {
      post.url = page->address;
      post.body = page_body(message, *page);
      const config::Node secret = context_.root["people"][page->person]["webhook-secret"];
      if (!secret.is_null()) { VIGIE_TRY(post.secret, context_.secrets.resolve(secret)); }
    } else {
      VIGIE_CHECK(prepare_notify(std::get<Notify>(message.body), post));
    }
    post.shown = shown_url(post.url);
    net::HttpRequest& request = post.request;
    request.method = "POST";
    request.url = post.url;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("User-Agent", "Vigie/" + context_.version);
    request.headers.set("Idempotency-Key", message.id);
    if (message.repeat) { request.headers.set("Vigie-Repeat", "1"); }
    if (!post.secret.empty()) {
      const int64_t at = to_millis(context_.loop.clock().wall()) / 1000;
      request.headers.set("Vigie-Signature",
                          fmt::format("t={},v1={}", at,
                                      hmac_hex(post.secret, fmt::format("{}.{}", at, post.body))));
    }
    request.body = post.body;
    return post;
  }

  Status prepare_notify(const Notify& notify, Post& post) const {
    const config::Node entry =
        receiver_entry(context_.root, notify.receiver, "webhook", notify.index);
    if (entry.is_null()) {
      return error(Code::not_found,
                   fmt::format("receiver {} has no webhook {}", notify.receiver, notify.index));
    }
    const Settings settings = Settings::trust(entry, kFields);
    VIGIE_TRY(post.url, secret_or_file(settings, "url", context_.secrets));
    if (settings.has("secret")) {
      VIGIE_TRY(post.secret, context_.secrets.resolve(settings.node("secret")));
    }
    post.timeout = settings.duration("timeout");
    const Settings http =
        settings.has("http_config")
            ? settings.section("http_config")
            : Settings::trust(context_.root["global"]["http_config"], kHttpConfigFields);
    VIGIE_CHECK(apply_http_config(http, context_.secrets, post.request, post.options));
    VIGIE_TRY(post.body, notify_body(notify, settings.integer("max_alerts")));
    return ok();
  }

  NotifierContext context_;
};

void check(const Settings& entry, const config::Node&, config::Problems& problems) {
  const bool url = entry.has("url");
  const bool file = entry.has("url_file");
  if (!url && !file) { problems.error(entry.place(), "a webhook needs a url or a url_file"); }
  if (url && file) {
    problems.error(entry.place_of("url_file"), "a webhook has a url or a url_file, not both");
  }
  if (url && entry.node("url").is_scalar() && !config::check_url(entry.node("url").text())) {
    problems.error(entry.place_of("url"), "not an address", "write https://example.org/hook");
  }
}

std::unique_ptr<Notifier> make(NotifierContext context) {
  return std::make_unique<Webhook>(std::move(context));
}

}  // namespace

extern const NotifierKind webhook_notifier;
const NotifierKind webhook_notifier{
    .name = "webhook",
    .summary = "Posts JSON: Alertmanager's version 4 for alerts, Vigie's own for pages.",
    .since = "0.1",
    .address = "webhook",
    .verb = "paged over a webhook",
    .fields = kFields,
    .example = "url: {env: HOOK_URL}",
    .check = &check,
    .missing_for_pages = nullptr,
    .make = &make,
};

}  // namespace vigie::oncall
