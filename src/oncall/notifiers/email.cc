#include <fmt/core.h>
#include <unistd.h>

#include <array>

#include "base/json.h"
#include "config/values.h"
#include "oncall/alert_text.h"
#include "oncall/http_config.h"
#include "oncall/mail.h"
#include "oncall/notifier_kind.h"
#include "oncall/smtp.h"
#include "oncall/smtp_fields.h"

namespace vigie::oncall {

namespace {

using config::FieldType;
using config::Node;
using config::Settings;

constexpr config::Field kFields[] = {
    {.name = "to", .help = "addresses, with commas between", .required = true},
    {.name = "from", .help = "the sender; without it global.smtp_from"},
    {.name = "smarthost",
     .type = FieldType::host_port,
     .help = "the mail server; without it global.smtp_smarthost"},
    {.name = "hello", .help = "what EHLO says; without it this machine's name"},
    {.name = "auth_username", .help = "logs in as"},
    {.name = "auth_password", .type = FieldType::secret, .help = "password of the login"},
    {.name = "auth_password_file", .help = "file with the password"},
    {.name = "auth_identity", .help = "acts for this identity"},
    {.name = "auth_secret", .type = FieldType::secret, .help = "for CRAM-MD5", .later = true},
    {.name = "auth_secret_file", .help = "file with it", .later = true},
    {.name = "require_tls",
     .type = FieldType::boolean,
     .help = "refuses to send in clear; without it global.smtp_require_tls, else true"},
    {.name = "implicit_tls",
     .type = FieldType::boolean,
     .help = "TLS from the first byte; without it so on port 465"},
    {.name = "tls_config",
     .type = FieldType::section,
     .help = "how to trust and be trusted",
     .fields = kTlsConfigFields},
    {.name = "headers",
     .type = FieldType::map,
     .help = "further headers, and other words in Subject"},
    {.name = "html", .help = "the body as HTML"},
    {.name = "text", .help = "the body as text"},
    {.name = "threading", .type = FieldType::any, .help = "joins mails to threads", .later = true},
    {.name = "send_resolved",
     .type = FieldType::boolean,
     .help = "says when alerts end, too",
     .fallback = "false"},
};

struct Route {
  SmtpServer server;
  std::string from;
};

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) { return "localhost"; }
  return name.data();
}

std::string own_or(const Settings& entry, std::string_view own, const Settings& global,
                   std::string_view common) {
  return entry.has(own) ? entry.text(own) : global.text(common);
}

/// `entry` wins over `global`, value by value.
Result<Route> read_route(const Settings& entry, const Settings& global,
                         const config::Secrets& secrets) {
  Route route{.from = own_or(entry, "from", global, "smtp_from")};
  const std::string host = own_or(entry, "smarthost", global, "smtp_smarthost");
  if (host.empty()) { return error(Code::invalid, "no mail server: global.smtp_smarthost"); }
  if (route.from.empty()) { return error(Code::invalid, "no sender: global.smtp_from"); }
  VIGIE_TRY(const config::HostPort address, config::parse_host_port(host));
  SmtpServer& server = route.server;
  server.host = address.host;
  server.port = address.port;
  server.hello = own_or(entry, "hello", global, "smtp_hello");
  if (server.hello.empty()) { server.hello = machine_name(); }
  server.username = own_or(entry, "auth_username", global, "smtp_auth_username");
  server.identity = own_or(entry, "auth_identity", global, "smtp_auth_identity");
  const bool own_password = entry.has("auth_password") || entry.has("auth_password_file");
  if (!server.username.empty()) {
    Result<std::string> password = own_password
                                       ? secret_or_file(entry, "auth_password", secrets)
                                       : secret_or_file(global, "smtp_auth_password", secrets);
    if (!password) { return std::move(password).error().context("mail password"); }
    server.password = *std::move(password);
  }
  const bool require =
      entry.has("require_tls") ? entry.boolean("require_tls") : global.boolean("smtp_require_tls");
  const bool implicit =
      entry.has("implicit_tls") ? entry.boolean("implicit_tls") : address.port == 465;
  server.security = implicit  ? SmtpServer::Security::tls
                    : require ? SmtpServer::Security::starttls
                              : SmtpServer::Security::none;
  server.tls = read_tls(
      entry.has("tls_config") ? entry.section("tls_config") : global.section("smtp_tls_config"),
      secrets);
  return route;
}

Settings global_of(const Node& root) {
  return Settings::trust(root["global"], kSmtpGlobalFields);
}

bool is_template(std::string_view text) {
  return text.find("{{") != std::string_view::npos;
}

class Email final : public Notifier {
 public:
  explicit Email(NotifierContext context) : context_(std::move(context)) {}

  Task<Result<Receipt>> send(Message message, MonoTime deadline) override {
    const bool paging = std::holds_alternative<Page>(message.body);
    Route route;
    Result<Mail> written = write(message, route);
    if (!written) { co_return std::move(written).error(); }
    const Mail mail = *std::move(written);
    Envelope envelope{.from = bare_address(mail.from), .bytes = mail_bytes(mail)};
    for (const std::string& to : mail.to) { envelope.to.push_back(bare_address(to)); }
    // A page never waits behind mails about alerts.
    std::unique_ptr<SmtpClient>& client = paging ? pages_ : alerts_;
    if (!client) { client = std::make_unique<SmtpClient>(context_.loop); }
    Result<std::string> answer = co_await client->send(route.server, std::move(envelope), deadline);
    if (!answer) { co_return std::move(answer).error(); }
    co_return Receipt{
        fmt::format("{}:{} accepted: {}", route.server.host, route.server.port, *answer)};
  }

 private:
  Result<Mail> write(const Message& message, Route& route) const {
    Mail mail;
    if (const Page* page = std::get_if<Page>(&message.body)) {
      VIGIE_TRY(route, read_route(Settings::trust(Node::null(), kFields), global_of(context_.root),
                                  context_.secrets));
      VIGIE_TRY(mail.to, split_addresses(page->address));
      mail.subject = page->subject;
      mail.text = page->text;
      mail.headers = {{"X-Vigie-Page", std::to_string(page->page.value)},
                      {"X-Vigie-Incident", std::to_string(page->incident.value)},
                      {"X-Priority", "1"}};
    } else {
      VIGIE_CHECK(write_notify(std::get<Notify>(message.body), mail, route));
    }
    mail.from = route.from;
    mail.date = context_.loop.clock().wall();
    mail.message_id = message.id + "@" + domain_of(route.from);
    if (message.repeat) {
      mail.subject += " (may repeat)";
      mail.headers.emplace_back("X-Vigie-Repeat", "1");
    }
    return mail;
  }

  Status write_notify(const Notify& notify, Mail& mail, Route& route) const {
    const Node entry = receiver_entry(context_.root, notify.receiver, "email", notify.index);
    if (entry.is_null()) {
      return error(Code::not_found,
                   fmt::format("receiver {} has no email {}", notify.receiver, notify.index));
    }
    const Settings settings = Settings::trust(entry, kFields);
    VIGIE_TRY(route, read_route(settings, global_of(context_.root), context_.secrets));
    VIGIE_TRY(mail.to, split_addresses(settings.text("to")));
    VIGIE_TRY(const json::value payload, parse_json(notify.payload));
    if (!payload.is_object()) { return error(Code::bug, "the group's data is not an object"); }
    const AlertWords words = alert_words(payload.get_object());
    mail.subject = words.subject;
    const auto own = [&](std::string_view name, const std::string& otherwise) {
      const std::string text = settings.text(name);
      return !settings.has(name) || is_template(text) ? otherwise : text;
    };
    mail.text = own("text", words.text);
    mail.html = own("html", words.html);
    const Node headers = settings.node("headers");
    for (const Node::Entry& header : headers.entries()) {
      if (is_template(header.value.text())) { continue; }
      if (header.key.text() == "Subject") {
        mail.subject = header.value.text();
      } else {
        mail.headers.emplace_back(header.key.text(), header.value.text());
      }
    }
    return ok();
  }

  NotifierContext context_;
  // Each with a thread of its own, from the first mail on.
  std::unique_ptr<SmtpClient> pages_, alerts_;
};

void warn_template(const Node& value, std::string_view what, config::Problems& problems) {
  if (!is_template(value.text())) { return; }
  problems.warn(value.place(),
                fmt::format("templates in a mail's {} are not expanded by this release: Vigie's "
                            "own words are sent",
                            what));
}

void check(const Settings& entry, const Node& root, config::Problems& problems) {
  const Settings global = global_of(root);
  if (own_or(entry, "smarthost", global, "smtp_smarthost").empty()) {
    problems.error(entry.place(), "no mail server", "smarthost here or smtp_smarthost in global");
  }
  if (own_or(entry, "from", global, "smtp_from").empty()) {
    problems.error(entry.place(), "no sender", "from here or smtp_from in global");
  }
  const std::string to = entry.text("to");
  if (!to.empty() && !is_template(to)) {
    const auto addresses = split_addresses(to);
    if (!addresses) { problems.error(entry.place_of("to"), addresses.error().what); }
  }
  warn_template(entry.node("text"), "text", problems);
  warn_template(entry.node("html"), "html", problems);
  const Node headers = entry.node("headers");
  for (const Node::Entry& header : headers.entries()) {
    warn_template(header.value, "headers", problems);
  }
}

std::string missing_for_pages(const Node& root) {
  const Settings global = global_of(root);
  if (global.text("smtp_smarthost").empty()) { return "global has no smtp_smarthost"; }
  if (global.text("smtp_from").empty()) { return "global has no smtp_from"; }
  return "";
}

std::unique_ptr<Notifier> make(NotifierContext context) {
  return std::make_unique<Email>(std::move(context));
}

}  // namespace

extern const NotifierKind email_notifier;
const NotifierKind email_notifier{
    .name = "email",
    .summary = "Sends mail over SMTP with STARTTLS and a login.",
    .since = "0.1",
    .address = "email",
    .verb = "mailed",
    .fields = kFields,
    .example = "to: team@example.org\nfrom: vigie@example.org\nsmarthost: mail.example.org:587",
    .check = &check,
    .missing_for_pages = &missing_for_pages,
    .make = &make,
};

}  // namespace vigie::oncall
