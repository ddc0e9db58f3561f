#include "collect/text_writer.h"

#include "base/utf8.h"
#include "collect/exposition.h"

#include <charconv>
#include <cmath>

namespace vigie::collect {

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char digits[32];
  const auto done = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, done.ptr);
}

void append_label_value(std::string& out, std::string_view value) {
  // File systems and programs may name things in any bytes; one of them must not cost a scrape.
  const bool clean = is_utf8(value);
  for (const char c : value) {
    if (!clean && static_cast<unsigned char>(c) >= 0x80) {
      out += '?';
      continue;
    }
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
}

void TextWriter::family(std::string_view name, std::string_view type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  text_.append(name).append(" ").append(type).append("\n");
}

void TextWriter::sample(std::string_view name, LabelList labels, double value) {
  text_ += name;
  char before = '{';
  for (const auto& [label, text] : labels) {
    text_ += before;
    text_.append(label).append("=\"");
    append_label_value(text_, text);
    text_ += '"';
    before = ',';
  }
  if (before == ',') { text_ += '}'; }
  text_ += ' ';
  append_value(text_, value);
  text_ += '\n';
}

void TextWriter::gauge(std::string_view name, std::string_view help, double value) {
  family(name, "gauge", help);
  sample(name, value);
}

void TextWriter::counter(std::string_view name, std::string_view help, double value) {
  family(name, "counter", help);
  sample(name, value);
}

}  // namespace vigie::collect
