#include "stage/mail.h"

#include <algorithm>

namespace vigie::stage {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) { return {}; }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// The value of `name=` in a header such as `multipart/mixed; boundary="x"`.
std::string parameter(std::string_view header, std::string_view name) {
  const std::string small = lowered(header);
  const size_t at = small.find(std::string(name) + "=");
  if (at == std::string::npos) { return ""; }
  std::string_view value = header.substr(at + name.size() + 1);
  if (value.starts_with('"')) {
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
  return std::string(value.substr(0, value.find_first_of("; \t\r\n")));
}

/// The next line without its end; `rest` moves behind it.
std::string_view next_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) { line.remove_suffix(1); }
  return line;
}

/// Reads headers up to the empty line; `rest` becomes the body.
std::vector<std::pair<std::string, std::string>> read_headers(std::string_view& rest) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.empty()) { break; }
    if ((line[0] == ' ' || line[0] == '\t') && !out.empty()) {
      out.back().second += " " + std::string(trimmed(line));
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) { continue; }
    out.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  for (auto& [name, value] : out) { value = decode_words(value); }
  return out;
}

std::string decode_transfer(std::string_view body, std::string_view encoding) {
  if (same(encoding, "base64")) { return decode_base64(body); }
  if (same(encoding, "quoted-printable")) { return decode_quoted_printable(body); }
  return std::string(body);
}

std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> out;
  const std::string mark = "--" + boundary;
  size_t at = body.find(mark);
  while (at != std::string_view::npos && out.size() < 20) {
    const size_t start = body.find('\n', at);
    if (start == std::string_view::npos || body.substr(at + mark.size(), 2) == "--") { break; }
    const size_t end = body.find("\n" + mark, start);
    out.push_back(body.substr(start + 1, end == std::string_view::npos ? end : end - start - 1));
    at = end == std::string_view::npos ? end : end + 1;
  }
  return out;
}

Mail read_part(std::string_view raw, int depth) {
  Mail out;
  out.headers = read_headers(raw);
  const std::string_view type = out.header("content-type");
  const std::string boundary = parameter(type, "boundary");
  if (!lowered(type).starts_with("multipart/") || boundary.empty() || depth > 4) {
    out.text = decode_transfer(raw, out.header("content-transfer-encoding"));
    return out;
  }
  bool plain = false;
  bool first = true;
  for (const std::string_view part : parts_of(raw, boundary)) {
    Mail inner = read_part(part, depth + 1);
    const std::string kind = lowered(inner.header("content-type"));
    const bool good = kind.empty() || kind.starts_with("text/plain");
    if (first || (good && !plain)) { out.text = std::move(inner.text); }
    plain = plain || good;
    first = false;
  }
  return out;
}

}  // namespace

std::string_view Mail::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (same(known, name)) { return value; }
  }
  return "";
}

Mail read_mail(std::string_view raw) {
  return read_part(raw, 0);
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) { continue; }
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) { continue; }
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xff);
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else if (text.substr(i + 1, 1) == "\n") {
      i += 1;
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string decode_words(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const size_t at = text.find("=?");
    const std::string_view before = text.substr(0, at);
    // Blanks between two encoded words are not part of the text.
    if (!after_word || !trimmed(before).empty() || at == std::string_view::npos) { out += before; }
    if (at == std::string_view::npos) { break; }
    text.remove_prefix(at);
    const size_t charset = text.find('?', 2);
    const size_t end = charset == std::string_view::npos ? charset : text.find("?=", charset + 3);
    const bool whole = end != std::string_view::npos && text[charset + 2] == '?' &&
                       (same(text.substr(2, charset - 2), "utf-8") ||
                        same(text.substr(2, charset - 2), "us-ascii"));
    if (!whole) {
      out += "=?";
      text.remove_prefix(2);
      after_word = false;
      continue;
    }
    std::string word(text.substr(charset + 3, end - charset - 3));
    if (lower(text[charset + 1]) == 'b') {
      out += decode_base64(word);
    } else {
      std::replace(word.begin(), word.end(), '_', ' ');
      out += decode_quoted_printable(word);
    }
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

}  // namespace vigie::stage
