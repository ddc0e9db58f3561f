#include "collect/dns_message.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>

namespace vigie::collect {

namespace {

constexpr size_t kNameMax = 255, kLabelMax = 63, kPointersMax = 32, kRecordsMax = 512;
constexpr uint16_t kClassIn = 1;

struct TypeName {
  std::string_view name;
  DnsType type;
};
constexpr TypeName kTypes[] = {
    {"A", DnsType::A},     {"NS", DnsType::NS},     {"CNAME", DnsType::CNAME},
    {"SOA", DnsType::SOA}, {"PTR", DnsType::PTR},   {"MX", DnsType::MX},
    {"TXT", DnsType::TXT}, {"AAAA", DnsType::AAAA}, {"SRV", DnsType::SRV}};

void append_16(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

/// Reads from foreign bytes; every step checks that they are there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<uint16_t> u16() {
    if (at_ + 2 > bytes_.size()) { return cut(); }
    const auto high = static_cast<unsigned char>(bytes_[at_]);
    const auto low = static_cast<unsigned char>(bytes_[at_ + 1]);
    at_ += 2;
    return static_cast<uint16_t>(high << 8 | low);
  }
  Result<uint32_t> u32() {
    VIGIE_TRY(const uint16_t high, u16());
    VIGIE_TRY(const uint16_t low, u16());
    return static_cast<uint32_t>(high) << 16 | low;
  }
  Result<std::string> name() {
    size_t at = at_;
    bool jumped = false;
    size_t pointers = 0;
    std::string out;
    while (true) {
      if (at >= bytes_.size()) { return cut(); }
      const auto length = static_cast<unsigned char>(bytes_[at]);
      if ((length & 0xC0) == 0xC0) {
        if (at + 1 >= bytes_.size()) { return cut(); }
        if (++pointers > kPointersMax) { return error(Code::invalid, "names point in a circle"); }
        if (!jumped) { at_ = at + 2; }
        jumped = true;
        at = static_cast<size_t>(length & 0x3F) << 8 | static_cast<unsigned char>(bytes_[at + 1]);
        continue;
      }
      if (length > kLabelMax || out.size() + length > kNameMax) {
        return error(Code::invalid, fmt::format("a name is too long at byte {}", at));
      }
      if (at + 1 + length > bytes_.size()) { return cut(); }
      if (length == 0) {
        if (!jumped) { at_ = at + 1; }
        return out.empty() ? std::string(".") : out;
      }
      append_printable(out, bytes_.substr(at + 1, length));
      out += '.';
      at += 1 + length;
    }
  }
  Result<std::string_view> take(size_t count) {
    if (at_ + count > bytes_.size()) { return cut(); }
    const std::string_view out = bytes_.substr(at_, count);
    at_ += count;
    return out;
  }
  size_t at() const { return at_; }
  void seek(size_t at) { at_ = at; }

  static void append_printable(std::string& out, std::string_view text) {
    for (const char c : text) {
      if (c >= ' ' && c < 0x7f) {
        out += c;
      } else {
        out += fmt::format("\\{:03}", static_cast<unsigned char>(c));
      }
    }
  }

 private:
  Error cut() const { return error(Code::invalid, fmt::format("the answer ends at byte {}", at_)); }

  std::string_view bytes_;
  size_t at_ = 0;
};

Result<std::string> text_of(std::string_view data) {
  std::string out;
  while (!data.empty()) {
    const size_t length = static_cast<unsigned char>(data.front());
    if (length + 1 > data.size()) { return error(Code::invalid, "a text is cut"); }
    if (!out.empty()) { out += ' '; }
    Reader::append_printable(out, data.substr(1, length));
    data.remove_prefix(length + 1);
  }
  return out;
}

Result<std::string> soa_of(Reader& reader) {
  VIGIE_TRY(const std::string primary, reader.name());
  VIGIE_TRY(const std::string mailbox, reader.name());
  std::string out = primary + " " + mailbox;
  for (int i = 0; i < 5; ++i) {
    VIGIE_TRY(const uint32_t number, reader.u32());
    out += fmt::format(" {}", number);
  }
  return out;
}

Result<std::string> data_of(Reader& reader, uint16_t type, std::string_view raw) {
  switch (static_cast<DnsType>(type)) {
    case DnsType::A:
    case DnsType::AAAA: {
      const bool v4 = type == static_cast<uint16_t>(DnsType::A);
      if (raw.size() != (v4 ? 4U : 16U)) {
        return error(Code::invalid, "an address of wrong size");
      }
      char text[INET6_ADDRSTRLEN] = {};
      inet_ntop(v4 ? AF_INET : AF_INET6, raw.data(), text, sizeof text);
      return std::string(text);
    }
    case DnsType::NS:
    case DnsType::CNAME:
    case DnsType::PTR:
      return reader.name();
    case DnsType::MX: {
      VIGIE_TRY(const uint16_t preference, reader.u16());
      VIGIE_TRY(const std::string host, reader.name());
      return fmt::format("{} {}", preference, host);
    }
    case DnsType::SRV: {
      VIGIE_TRY(const uint16_t priority, reader.u16());
      VIGIE_TRY(const uint16_t weight, reader.u16());
      VIGIE_TRY(const uint16_t port, reader.u16());
      VIGIE_TRY(const std::string host, reader.name());
      return fmt::format("{} {} {} {}", priority, weight, port, host);
    }
    case DnsType::TXT:
      return text_of(raw);
    case DnsType::SOA:
      return soa_of(reader);
  }
  return fmt::format("\\# {}", raw.size());
}

Status read_records(Reader& reader, size_t count, std::vector<DnsRecord>& out) {
  for (size_t i = 0; i < std::min(count, kRecordsMax); ++i) {
    DnsRecord record;
    VIGIE_TRY(record.name, reader.name());
    VIGIE_TRY(record.type, reader.u16());
    VIGIE_TRY(const uint16_t in, reader.u16());
    static_cast<void>(in);
    VIGIE_TRY(record.ttl, reader.u32());
    VIGIE_TRY(const uint16_t length, reader.u16());
    const size_t begin = reader.at();
    VIGIE_TRY(const std::string_view raw, reader.take(length));
    reader.seek(begin);
    VIGIE_TRY(record.data, data_of(reader, record.type, raw));
    reader.seek(begin + length);
    out.push_back(std::move(record));
  }
  return ok();
}

}  // namespace

Result<DnsType> parse_dns_type(std::string_view text) {
  for (const TypeName& known : kTypes) {
    if (known.name == text) { return known.type; }
  }
  return error(Code::invalid, fmt::format("unknown record type \"{}\"", text));
}

std::string_view name_of(DnsType type) {
  for (const TypeName& known : kTypes) {
    if (known.type == type) { return known.name; }
  }
  return "?";
}

Result<std::string> encode_dns_query(uint16_t id, std::string_view name, DnsType type) {
  std::string out;
  append_16(out, id);
  append_16(out, 0x0100);
  append_16(out, 1);
  out.append(6, '\0');
  if (name.ends_with('.')) { name.remove_suffix(1); }
  if (name.size() > kNameMax - 2) { return error(Code::invalid, "the name is too long"); }
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > kLabelMax) {
      return error(Code::invalid, "the name has an empty or overlong part");
    }
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  out += '\0';
  append_16(out, static_cast<uint16_t>(type));
  append_16(out, kClassIn);
  return out;
}

Result<DnsAnswer> decode_dns(std::string_view bytes) {
  Reader reader(bytes);
  DnsAnswer answer;
  VIGIE_TRY(answer.id, reader.u16());
  VIGIE_TRY(const uint16_t flags, reader.u16());
  VIGIE_TRY(const uint16_t questions, reader.u16());
  VIGIE_TRY(const uint16_t answers, reader.u16());
  VIGIE_TRY(const uint16_t authorities, reader.u16());
  VIGIE_TRY(const uint16_t additionals, reader.u16());
  if ((flags & 0x8000) == 0) {
    return error(Code::invalid, "a question came instead of an answer");
  }
  answer.rcode = flags & 0xF;
  answer.truncated = (flags & 0x0200) != 0;
  for (size_t i = 0; i < std::min<size_t>(questions, kRecordsMax); ++i) {
    VIGIE_CHECK(reader.name());
    VIGIE_CHECK(reader.u32());
  }
  VIGIE_CHECK(read_records(reader, answers, answer.answers));
  VIGIE_CHECK(read_records(reader, authorities, answer.authorities));
  VIGIE_CHECK(read_records(reader, additionals, answer.additionals));
  return answer;
}

std::string rcode_text(int rcode) {
  constexpr std::string_view kNames[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                         "NXDOMAIN", "NOTIMP",  "REFUSED"};
  if (rcode >= 0 && rcode < static_cast<int>(std::size(kNames))) {
    return std::string(kNames[rcode]);
  }
  return fmt::format("RCODE{}", rcode);
}

}  // namespace vigie::collect
