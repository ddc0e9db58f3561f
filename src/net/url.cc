#include <charconv>

#include "net/net.h"
#include "net/text.h"

namespace vigie::net {

namespace {

constexpr size_t kUrlBytesMax = 64 << 10;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

int hex_value(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

std::string unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

void escape_into(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

/// A socket's path inside an address.
std::string escape_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = byte <= 0x20 || byte >= 0x7f || c == '%' || c == ':';
    if (special) {
      escape_into(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

/// Path and query for the request line: bytes outside ASCII are escaped, the fragment goes.
std::string target_of(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  std::string out;
  if (rest.empty() || rest.front() != '/') { out += '/'; }
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) >= 0x7f || c == '"' || c == '<' || c == '>') {
      escape_into(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

Status read_port(std::string_view text, uint16_t& port) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0) {
    return error(Code::invalid, fmt::format("{} is not a port", text));
  }
  return ok();
}

bool is_host(std::string_view host) {
  for (const char c : host) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
    if (!good) { return false; }
  }
  return !host.empty() && host.size() <= 255;
}

Status read_authority(std::string_view text, Url& out) {
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = text.substr(0, at);
    const size_t colon = std::min(login.find(':'), login.size());
    out.user = unescape(login.substr(0, colon), false);
    out.password = unescape(login.substr(std::min(colon + 1, login.size())), false);
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) { return error(Code::invalid, "] is missing"); }
    out.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (out.host.find(':') == std::string::npos) {
      return error(Code::invalid, "only IPv6 addresses belong in brackets");
    }
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!is_host(out.host)) {
    return error(Code::invalid, fmt::format("\"{}\" is not a host", out.host));
  }
  if (port.empty() || port == ":") { return ok(); }
  if (!port.starts_with(':')) { return error(Code::invalid, "a port is expected after the host"); }
  return read_port(port.substr(1), out.port);
}

Result<Url> parse_unix(std::string_view rest) {
  Url out{.scheme = "unix"};
  // "unix:///run/a.sock" is written by habit: an empty host, then the path.
  if (rest.starts_with("//")) { rest.remove_prefix(2); }
  const size_t colon = std::min(rest.find(':'), rest.size());
  out.host = unescape(rest.substr(0, colon), false);
  // "//run" is "/run", and would be taken for the empty host when it is written out again.
  while (out.host.starts_with("//")) { out.host.erase(0, 1); }
  if (out.host.empty()) { return error(Code::invalid, "the socket's path is missing"); }
  if (out.host.find('\0') != std::string::npos) {
    return error(Code::invalid, "the socket's path holds a zero byte");
  }
  out.target = target_of(rest.substr(std::min(colon + 1, rest.size())));
  return out;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    // The text may hold a password: it is not repeated.
    return error(Code::invalid, fmt::format("not an address: {}", why));
  };
  if (text.size() > kUrlBytesMax) { return wrong("it is longer than 64 KiB"); }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) {
      return wrong("it holds a space or a control character");
    }
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) { return wrong("http:// or https:// is missing"); }
  const std::string scheme = lower_text(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 1);
  if (scheme == "unix") { return parse_unix(rest).context("not an address"); }
  if (scheme != "http" && scheme != "https") {
    return wrong(fmt::format("the scheme must be http, https or unix, not \"{}\"",
                             is_token(scheme) ? scheme : "?"));
  }
  if (!rest.starts_with("//")) { return wrong("// is missing after the scheme"); }
  rest.remove_prefix(2);
  Url out{.scheme = scheme, .port = static_cast<uint16_t>(scheme == "https" ? 443 : 80)};
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  VIGIE_CHECK(read_authority(rest.substr(0, end), out).context("not an address"));
  out.target = target_of(rest.substr(end));
  return out;
}

std::string Url::text() const {
  if (scheme == "unix") { return fmt::format("unix:{}:{}", escape_path(host), target); }
  const bool v6 = host.find(':') != std::string::npos;
  const bool usual = port == (scheme == "https" ? 443 : 80);
  return fmt::format("{}://{}{}{}{}{}{}", scheme, user.empty() ? "" : url_encode(user) + "@",
                     v6 ? "[" : "", host, v6 ? "]" : "", usual ? "" : fmt::format(":{}", port),
                     target);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      escape_into(out, c);
    }
  }
  return out;
}

std::string url_decode(std::string_view text) {
  return unescape(text, true);
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) { continue; }
    const size_t equals = std::min(part.find('='), part.size());
    out.emplace_back(url_decode(part.substr(0, equals)),
                     url_decode(part.substr(std::min(equals + 1, part.size()))));
  }
  return out;
}

std::string path_decode(std::string_view path) {
  return unescape(path, false);
}

}  // namespace vigie::net
