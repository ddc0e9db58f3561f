#include "collect/http_check.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "collect/json_pointer.h"
#include "collect/peer_facts.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

constexpr Field kOwn[] = {
    {.name = "url",
     .type = FieldType::url,
     .help = "what is asked",
     .required = true,
     .example = "http://127.0.0.1:8080/health"},
    {.name = "method", .help = "the request's method", .fallback = "GET"},
    {.name = "headers", .type = FieldType::any, .help = "names to values or secrets"},
    {.name = "body", .help = "the request's body"},
    {.name = "status",
     .type = FieldType::strings,
     .help = "answers that are good: 200, 2xx, 200-204",
     .fallback = "2xx"},
    {.name = "body-matches", .type = FieldType::pattern, .help = "must be found in the answer"},
    {.name = "body-lacks", .type = FieldType::pattern, .help = "must not be found in the answer"},
    {.name = "headers-match",
     .type = FieldType::any,
     .help = "headers of the answer and a pattern that must be found in each",
     .example = "{Content-Type: \"^text/html\"}"},
    {.name = "headers-lack",
     .type = FieldType::any,
     .help = "headers of the answer and a pattern that must not be found in them",
     .example = "{Server: nginx}"},
    {.name = "json",
     .type = FieldType::any,
     .help = "JSON pointers and the value each must have",
     .example = "{/status: UP}"},
    {.name = "within",
     .type = FieldType::duration,
     .help = "slower answers are failures; 0s leaves it to the timeout",
     .fallback = "0s"},
    {.name = "expires-after",
     .type = FieldType::duration,
     .help = "fail when the certificate ends sooner than this",
     .fallback = "0s"},
    {.name = "body-max",
     .type = FieldType::bytes,
     .help = "bytes of an answer",
     .fallback = "1MiB",
     .least = 1,
     .most = 64 << 20},
};

Result<std::pair<int, int>> parse_status(std::string_view text) {
  const auto number = [](std::string_view digits) -> int {
    if (digits.size() != 3) { return -1; }
    const Result<int64_t> read = config::parse_integer(digits);
    return read && *read >= 100 && *read <= 599 ? static_cast<int>(*read) : -1;
  };
  if (text.size() == 3 && (text.ends_with("xx") || text.ends_with("XX"))) {
    const int base = (text[0] - '0') * 100;
    if (base >= 100 && base <= 500) { return std::make_pair(base, base + 99); }
  }
  const size_t dash = text.find('-');
  const int first = number(text.substr(0, dash));
  const int last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
  if (first < 0 || last < first) {
    return error(Code::invalid, fmt::format("\"{}\" is no HTTP status", text));
  }
  return std::make_pair(first, last);
}

std::shared_ptr<const SearchPattern> pattern_of(const Settings& settings, std::string_view key,
                                                Problems& problems) {
  if (settings.text(key).empty()) { return nullptr; }
  auto compiled = SearchPattern::compile(settings.text(key));
  if (!compiled) {
    problems.error(settings.place_of(key), compiled.error().what);
    return nullptr;
  }
  return *std::move(compiled);
}

HttpCheck::HeaderPatterns header_patterns(const Settings& settings, std::string_view key,
                                          Problems& problems) {
  HttpCheck::HeaderPatterns out;
  const Node node = settings.node(key);
  if (!node.is_null() && !node.is_map()) {
    problems.error(node.place(), fmt::format("{} must map headers to patterns", key),
                   "write it as {Content-Type: \"^text/html\"}");
  }
  for (const auto& [name, pattern] : node.entries()) {
    auto compiled = SearchPattern::compile(pattern.text());
    if (!compiled || !pattern.is_scalar()) {
      problems.error(pattern.place(), compiled ? "a pattern is a text" : compiled.error().what);
      continue;
    }
    out.emplace_back(name.text(), *std::move(compiled));
  }
  return out;
}

void read_json(const Node& node, HttpCheck& check, Problems& problems) {
  if (node.is_null()) { return; }
  if (!node.is_map()) { problems.error(node.place(), "json must map pointers to values"); }
  for (const auto& [pointer, value] : node.entries()) {
    if (!pointer.text().starts_with('/') || !value.is_scalar()) {
      problems.error(pointer.place(), "a JSON pointer begins with / and has one value",
                     "write it as {/status: UP}");
      continue;
    }
    check.json.emplace_back(pointer.text(), value.text());
  }
}

double seconds(Nanos d) {
  return std::chrono::duration<double>(d).count();
}

void append_phases(const net::HttpPhases& phases, TextWriter& out) {
  out.family("probe_http_duration_seconds", "gauge", "Time of each phase of the exchange.");
  const std::pair<std::string_view, Nanos> all[] = {{"resolve", phases.resolve},
                                                    {"connect", phases.connect},
                                                    {"tls", phases.tls},
                                                    {"processing", phases.first_byte},
                                                    {"transfer", phases.transfer}};
  for (const auto& [phase, took] : all) {
    out.sample("probe_http_duration_seconds", {{"phase", phase}}, seconds(took));
  }
  out.gauge("probe_http_redirects", "The number of redirects.", phases.redirects);
  const bool tls = !phases.tls_version.empty();
  out.gauge("probe_http_ssl", "Whether TLS was spoken to the last server.", tls ? 1 : 0);
  if (tls) {
    out.family("probe_tls_version_info", "gauge", "The TLS version that was agreed on.");
    out.sample("probe_tls_version_info", {{"version", phases.tls_version}}, 1);
  }
  if (phases.certificate_expiry) {
    out.gauge("probe_ssl_earliest_cert_expiry",
              "When the first certificate of the chain ends, in unixtime.",
              to_seconds(*phases.certificate_expiry));
  }
}

std::string json_complaint(const HttpCheck& check, const std::string& body,
                           const Substitute& substitute) {
  if (check.json.empty()) { return ""; }
  const Result<json::value> document = parse_json(body);
  if (!document) { return "the answer is no JSON"; }
  for (const auto& [pointer, text] : check.json) {
    const json::value* found = at_pointer(*document, pointer);
    if (found == nullptr) { return fmt::format("the answer has nothing at {}", pointer); }
    const std::string wanted = substitute(text);
    const std::string is = plain_text(*found);
    if (is != wanted) { return fmt::format("{} is {:.60}, not {:.60}", pointer, is, wanted); }
  }
  return "";
}

std::string header_complaint(const HttpCheck& check, const net::Headers& headers) {
  const auto found = [&headers](const auto& wanted) {
    const auto all = headers.all(wanted.first);
    return std::any_of(all.begin(), all.end(), [&wanted](const auto& value) {
      return wanted.second->found_in(std::string(value));
    });
  };
  for (const auto& wanted : check.headers_match) {
    if (found(wanted)) { continue; }
    const std::string_view name = wanted.first;
    return headers.has(name)
               ? fmt::format("the header {} does not match {}", name, wanted.second->text())
               : fmt::format("there is no header {} to match {}", name, wanted.second->text());
  }
  for (const auto& banned : check.headers_lack) {
    if (!found(banned)) { continue; }
    return fmt::format("the header {} matches {}", banned.first, banned.second->text());
  }
  return "";
}

/// What is wrong with an answer, or "".
std::string complaint(const HttpCheck& check, const net::HttpReply& reply,
                      const net::HttpPhases& phases, Nanos took, WallTime now,
                      const Substitute& substitute, TextWriter& out) {
  const bool wanted = std::any_of(check.statuses.begin(), check.statuses.end(), [&](auto range) {
    return reply.status >= range.first && reply.status <= range.second;
  });
  const std::string headers = header_complaint(check, reply.headers);
  const bool lacks = check.body_matches != nullptr && !check.body_matches->found_in(reply.body);
  const bool has = check.body_lacks != nullptr && check.body_lacks->found_in(reply.body);
  out.gauge("probe_failed_due_to_regex", "Whether the text of body or headers made it fail.",
            lacks || has || !headers.empty() ? 1 : 0);
  if (!wanted) { return fmt::format("HTTP status {}", reply.status); }
  if (lacks) { return fmt::format("the body does not match {}", check.body_matches->text()); }
  if (has) { return fmt::format("the body matches {}", check.body_lacks->text()); }
  if (!headers.empty()) { return headers; }
  std::string json = json_complaint(check, reply.body, substitute);
  if (!json.empty()) { return json; }
  if (check.within.count() != 0 && took > check.within) {
    return fmt::format("answered after {:.3f} s, more than {}", seconds(took),
                       format_duration(check.within));
  }
  if (check.expires_after.count() != 0 && phases.certificate_expiry &&
      *phases.certificate_expiry - now < check.expires_after) {
    return fmt::format("the certificate ends at {}", rfc3339(*phases.certificate_expiry));
  }
  return "";
}

Result<net::HttpRequest> request_of(const HttpCheck& check, const config::Secrets& secrets,
                                    const Substitute& substitute) {
  net::HttpRequest request;
  request.url = substitute(check.url);
  request.method = check.method;
  request.body = substitute(check.body);
  request.headers.set("User-Agent", "vigie/0.1");
  VIGIE_CHECK(authorize(check.access, secrets, request));
  for (const auto& [name, node] : check.headers) {
    Result<std::string> value = secrets.resolve(node).context("header " + name);
    if (!value) { return std::move(value).error(); }
    request.headers.set(name, substitute(*std::move(value)));
  }
  return request;
}

}  // namespace

std::span<const Field> http_check_fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all(std::begin(kOwn), std::end(kOwn));
    const auto access = http_access_fields();
    all.insert(all.end(), access.begin(), access.end());
    return all;
  }();
  return table;
}

HttpCheck read_http_check(const Settings& settings, Problems& problems) {
  HttpCheck check;
  check.url = settings.text("url");
  if (!check.url.empty() && !net::parse_url(check.url)) {
    problems.error(settings.place_of("url"), "the URL must begin with http:// or https://");
  }
  check.method = settings.text("method");
  check.body = settings.text("body");
  for (const auto& [name, value] : settings.node("headers").entries()) {
    check.headers.emplace_back(name.text(), value);
  }
  check.access = read_http_access(settings, problems);
  for (const std::string& text : settings.strings("status")) {
    const auto range = parse_status(text);
    if (range) {
      check.statuses.push_back(*range);
    } else {
      problems.error(settings.place_of("status"), range.error().what, "write 200, 2xx or 200-204");
    }
  }
  check.body_matches = pattern_of(settings, "body-matches", problems);
  check.body_lacks = pattern_of(settings, "body-lacks", problems);
  check.headers_match = header_patterns(settings, "headers-match", problems);
  check.headers_lack = header_patterns(settings, "headers-lack", problems);
  read_json(settings.node("json"), check, problems);
  check.within = settings.duration("within");
  check.expires_after = settings.duration("expires-after");
  check.body_bytes_max = static_cast<size_t>(settings.bytes("body-max"));
  return check;
}

Task<ProbeOutcome> run_http_check(const HttpCheck* check, ProbeContext context,
                                  Substitute substitute, MonoTime deadline) {
  ProbeOutcome out;
  Result<net::HttpRequest> request = request_of(*check, context.secrets, substitute);
  if (!request) {
    out.why = request.error().what;
    co_return out;
  }
  net::HttpOptions options = options_of(check->access, context.secrets);
  options.limits.body_bytes_max = check->body_bytes_max;
  // A probe measures connecting, so it connects.
  options.keep_alive = false;
  net::HttpPhases phases;
  const MonoTime began = context.loop.clock().mono();
  Result<net::HttpReply> reply =
      co_await context.http.exchange(*std::move(request), std::move(options), deadline, &phases);
  const Nanos took = context.loop.clock().mono() - began;
  append_phases(phases, out.samples);
  tell_lookup(phases.resolve, out.samples);
  tell_address(ip_of_peer(phases.peer_address), out.samples);
  out.samples.gauge("probe_http_version", "The version of HTTP that was answered in.",
                    phases.http_version / 10.0);
  out.samples.gauge("probe_http_status_code", "The answer's HTTP status.",
                    reply ? reply->status : 0);
  if (!reply) {
    out.why = reply.error().what;
    co_return out;
  }
  const std::string_view length = reply->headers.get("Content-Length");
  const Result<int64_t> content_length = config::parse_integer(length);
  out.samples.gauge("probe_http_content_length", "Length that the answer announces; -1 without.",
                    content_length ? static_cast<double>(*content_length) : -1);
  if (const auto modified = parse_http_date(reply->headers.get("Last-Modified"))) {
    out.samples.gauge("probe_http_last_modified_timestamp_seconds",
                      "The answer's Last-Modified, in unixtime.", to_seconds(*modified));
  }
  out.samples.gauge("probe_http_uncompressed_body_length", "Bytes of the body.",
                    static_cast<double>(reply->body.size()));
  out.why =
      complaint(*check, *reply, phases, took, context.loop.clock().wall(), substitute, out.samples);
  out.success = out.why.empty();
  if (out.success) { out.why = fmt::format("HTTP status {}", reply->status); }
  co_return out;
}

}  // namespace vigie::collect
