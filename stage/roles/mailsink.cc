// Where mails and webhooks end, so that one can look who was told what.
#include <fmt/format.h>

#include <deque>

#include "stage/mail.h"
#include "stage/smtp_sink.h"
#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr Option kOptions[] = {
    {.name = "smtp-port", .fallback = "19122", .help = "where mail is taken; 0 picks one"},
};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop};
constexpr size_t kKept = 2'000;
constexpr size_t kTextMax = 16 << 10;

class MailSink final : public Role {
 public:
  explicit MailSink(Stage& stage)
      : stage_(stage), smtp_(stage, [this](Envelope mail) { keep_mail(std::move(mail)); }) {}

  Status open() override {
    VIGIE_TRY(smtp_port_,
              smtp_.listen(static_cast<uint16_t>(stage_.options().number("smtp-port"))));
    stage_.metrics().count("mailsink_mails_total", "Mails kept.", {}, 0);
    stage_.metrics().count("mailsink_hooks_total", "Webhooks kept.", {}, 0);
    return ok();
  }
  json::object health() override { return {{"smtp_port", smtp_port_}}; }
  Task<net::HttpReply> handle(net::HttpRequest request) override;

 private:
  void keep_mail(Envelope mail);
  void keep_hook(const net::HttpRequest& request);
  static void push(std::deque<json::object>& list, json::object item);
  static net::HttpReply show(const std::deque<json::object>& list, std::string_view name,
                             const net::HttpRequest& request);

  Stage& stage_;
  SmtpSink smtp_;
  uint16_t smtp_port_ = 0;
  int64_t next_ = 1;
  std::deque<json::object> mails_, hooks_;
};

void MailSink::push(std::deque<json::object>& list, json::object item) {
  list.push_back(std::move(item));
  if (list.size() > kKept) { list.pop_front(); }
}

void MailSink::keep_mail(Envelope envelope) {
  const Mail mail = read_mail(envelope.raw);
  json::array to;
  for (const std::string& address : envelope.to) { to.push_back(json::value(address)); }
  json::object headers;
  for (const auto& [name, value] : mail.headers) { headers[name] = value; }
  push(mails_, json::object{{"number", next_++},
                            {"at", rfc3339(stage_.wall())},
                            {"from", envelope.from},
                            {"to", to},
                            {"subject", mail.header("subject")},
                            {"message_id", mail.header("message-id")},
                            {"headers", headers},
                            {"text", mail.text.substr(0, kTextMax)}});
  stage_.metrics().count("mailsink_mails_total", "Mails kept.", {});
}

void MailSink::keep_hook(const net::HttpRequest& request) {
  json::object headers;
  for (const auto& [name, value] : request.headers) { headers[name] = value; }
  json::object hook{{"number", next_++},
                    {"at", rfc3339(stage_.wall())},
                    {"path", request.path},
                    {"headers", headers}};
  Result<json::value> body = parse_json(request.body);
  if (body) {
    hook["body"] = *std::move(body);
  } else {
    hook["text"] = request.body.substr(0, kTextMax);
  }
  push(hooks_, std::move(hook));
  stage_.metrics().count("mailsink_hooks_total", "Webhooks kept.", {});
}

/// Newest last; `after` leaves out numbers up to and including it. `as=text` is for people.
net::HttpReply MailSink::show(const std::deque<json::object>& list, std::string_view name,
                              const net::HttpRequest& request) {
  const int64_t after = std::atoll(std::string(request.param("after")).c_str());
  if (request.param("as") == "text") {
    std::string text;
    for (const json::object& item : list) {
      if (get_int(item, "number") <= after) { continue; }
      text += fmt::format("To: {}\nSubject: {}\n\n{}\n", to_text(item.at("to")),
                          get_string(item, "subject"), get_string(item, "text"));
    }
    return net::text_reply(200, text);
  }
  json::array out;
  for (const json::object& item : list) {
    if (get_int(item, "number") > after) { out.push_back(item); }
  }
  return reply_json(200, json::object{{name, out}});
}

Task<net::HttpReply> MailSink::handle(net::HttpRequest request) {
  if (request.path == "/mails" || request.path == "/hooks") {
    std::deque<json::object>& list = request.path == "/mails" ? mails_ : hooks_;
    if (request.method == "DELETE") {
      list.clear();
      co_return net::text_reply(204, "");
    }
    if (request.method == "GET") { co_return show(list, request.path.substr(1), request); }
  }
  if (request.method != "POST" || !request.path.starts_with("/hook/")) {
    co_return refuse(404, "not_found", "GET or DELETE /mails and /hooks, POST /hook/NAME");
  }
  std::optional<net::HttpReply> stopped = co_await stage_.admit();
  if (stopped) { co_return *std::move(stopped); }
  keep_hook(request);
  co_return reply_json(200, json::object{{"kept", true}});
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<MailSink>(stage);
}

}  // namespace

extern const RoleKind mailsink_role;
constinit const RoleKind mailsink_role{
    .name = "mailsink",
    .summary = "takes mail and webhooks and shows them",
    .port = 19'121,
    .options = kOptions,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
