#include "oncall/mail.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace vigie::oncall {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Encoded words are at most 75 characters: 12 around the text, so 63 of base64, 45 bytes.
constexpr size_t kWordBytesMax = 45;
constexpr size_t kLineMax = 76;

std::string base64(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t block = 0;
    const size_t have = std::min<size_t>(3, bytes.size() - i);
    for (size_t j = 0; j < 3; ++j) {
      block = block << 8U | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= have ? kBase64[block >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Header text on one line: line breaks and controls become blanks.
std::string one_line(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += control ? ' ' : c;
  }
  return out;
}

bool is_header_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

/// "Ben Dupré <b@x.org>": the name encoded, the address as it is.
std::string encode_address(std::string_view address) {
  const std::string line = one_line(address);
  const size_t open = line.rfind('<');
  if (is_ascii(line) || open == std::string::npos) { return line; }
  std::string name = line.substr(0, open);
  while (!name.empty() && name.back() == ' ') { name.pop_back(); }
  return encode_header(name) + " " + line.substr(open);
}

std::string encode_addresses(const std::vector<std::string>& addresses) {
  std::string out;
  for (const std::string& address : addresses) {
    if (!out.empty()) { out += ",\r\n "; }
    out += encode_address(address);
  }
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// A further header's own value wins over what the mail would say.
std::string chosen(const Mail& mail, std::string_view name, std::string otherwise) {
  for (const auto& [own, value] : mail.headers) {
    if (same_name(own, name)) { return encode_header(value); }
  }
  return otherwise;
}

std::string part(std::string_view type, std::string_view body) {
  return fmt::format(
      "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
      type, quoted_printable(body));
}

}  // namespace

std::string encode_header(std::string_view value) {
  const std::string line = one_line(value);
  if (is_ascii(line)) { return line; }
  std::string out;
  for (size_t begin = 0; begin < line.size();) {
    size_t end = std::min(line.size(), begin + kWordBytesMax);
    while (end < line.size() && end > begin + 1 && continues(line[end])) { --end; }
    if (!out.empty()) { out += "\r\n "; }
    out += "=?utf-8?B?" + base64(std::string_view(line).substr(begin, end - begin)) + "?=";
    begin = end;
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() > kLineMax - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') { continue; }
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    // A dot that begins a line would need the transport's help.
    const bool plain =
        (c > ' ' && c < 0x7f && c != '=' && !(c == '.' && column == 0)) || (blank && !ends_line);
    if (plain) {
      put({&text[i], 1});
    } else {
      put(fmt::format("={:02X}", static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string rfc5322_date(WallTime at) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at.time_since_epoch());
  const std::chrono::sys_days midnight{day};
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss<Millis> clock{at.time_since_epoch() - day};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     days[std::chrono::weekday{midnight}.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string bare_address(std::string_view address) {
  const size_t open = address.rfind('<');
  if (open != std::string_view::npos) {
    address.remove_prefix(open + 1);
    address = address.substr(0, address.find('>'));
  }
  while (!address.empty() && address.front() == ' ') { address.remove_prefix(1); }
  while (!address.empty() && address.back() == ' ') { address.remove_suffix(1); }
  return one_line(address);
}

std::string domain_of(std::string_view address) {
  const std::string bare = bare_address(address);
  const size_t at = bare.rfind('@');
  return at == std::string::npos || at + 1 == bare.size() ? "localhost" : bare.substr(at + 1);
}

Result<std::vector<std::string>> split_addresses(std::string_view text) {
  std::vector<std::string> out;
  bool quoted = false;
  std::string current;
  const auto finish = [&]() {
    const size_t first = current.find_first_not_of(' ');
    if (first != std::string::npos) {
      out.push_back(current.substr(first, current.find_last_not_of(' ') - first + 1));
    }
    current.clear();
  };
  for (const char c : text) {
    if (c == '"') { quoted = !quoted; }
    if (c == ',' && !quoted) {
      finish();
    } else {
      current += c;
    }
  }
  finish();
  for (const std::string& address : out) {
    const std::string bare = bare_address(address);
    const size_t at = bare.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == bare.size() ||
        bare.find(' ') != std::string::npos) {
      return error(Code::invalid, fmt::format("not a mail address: \"{}\"", address));
    }
  }
  if (out.empty()) { return error(Code::invalid, "no mail address"); }
  return out;
}

std::string mail_bytes(const Mail& mail) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}: {}\r\n", name, value);
  };
  add("Date", rfc5322_date(mail.date));
  add("From", chosen(mail, "From", encode_address(mail.from)));
  add("To", chosen(mail, "To", encode_addresses(mail.to)));
  add("Subject", chosen(mail, "Subject", encode_header(mail.subject)));
  add("Message-ID", "<" + one_line(mail.message_id) + ">");
  add("Auto-Submitted", "auto-generated");
  for (const auto& [name, value] : mail.headers) {
    const bool said = same_name(name, "From") || same_name(name, "To") ||
                      same_name(name, "Subject") || same_name(name, "Date") ||
                      same_name(name, "Message-ID");
    if (!said && is_header_name(name)) { add(name, encode_header(value)); }
  }
  add("MIME-Version", "1.0");
  if (mail.html.empty()) { return out + part("text/plain", mail.text) + "\r\n"; }
  // Quoted-printable never writes "=_", so the boundary cannot occur in a part.
  const std::string boundary = "=_vigie";
  out += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
  out += fmt::format("--{}\r\n{}\r\n", boundary, part("text/plain", mail.text));
  out += fmt::format("--{}\r\n{}\r\n--{}--\r\n", boundary, part("text/html", mail.html), boundary);
  return out;
}

}  // namespace vigie::oncall
