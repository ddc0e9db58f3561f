#include "alerting/template_functions.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"

namespace vigie::alerting {

namespace {

constexpr size_t kMany = 1'000;

Error wrong(std::string what) {
  return error(Code::invalid, std::move(what));
}

/// A number, or a text that is one: Prometheus' humanizing functions take both.
Result<double> to_number(const Value& value) {
  if (const double* d = value.number()) { return *d; }
  if (const int64_t* i = value.integer()) { return static_cast<double>(*i); }
  const std::string* text = value.text();
  if (text == nullptr) {
    return wrong(fmt::format("can't convert {} to float", value.type_name()));
  }
  if (*text == "+Inf" || *text == "Inf") { return HUGE_VAL; }
  if (*text == "-Inf") { return -HUGE_VAL; }
  if (*text == "NaN") { return std::nan(""); }
  double out = 0;
  const char* end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, out);
  if (failure != std::errc{} || stop != end) {
    return wrong(fmt::format("\"{}\" is no number", *text));
  }
  return out;
}

Result<int> compare(const Value& a, const Value& b) {
  const bool numbers = (a.integer() != nullptr || a.number() != nullptr) &&
                       (b.integer() != nullptr || b.number() != nullptr);
  if (a.integer() != nullptr && b.integer() != nullptr) {
    return *a.integer() < *b.integer() ? -1 : (*a.integer() > *b.integer() ? 1 : 0);
  }
  if (numbers) {
    const double x = *to_number(a);
    const double y = *to_number(b);
    // NaN compares with nothing; 2 makes every comparison but `ne` false.
    return std::isnan(x) || std::isnan(y) ? 2 : (x < y ? -1 : (x > y ? 1 : 0));
  }
  if (a.text() != nullptr && b.text() != nullptr) {
    const int order = a.text()->compare(*b.text());
    return order < 0 ? -1 : (order > 0 ? 1 : 0);
  }
  if (a.time() != nullptr && b.time() != nullptr) {
    return *a.time() < *b.time() ? -1 : (*a.time() > *b.time() ? 1 : 0);
  }
  if (a.boolean() != nullptr && b.boolean() != nullptr) {
    return *a.boolean() == *b.boolean() ? 0 : 2;
  }
  // An absent label is the empty text.
  if (a.is_none() || b.is_none()) {
    return a.is_none() && b.is_none() ? 0 : (a.truth() || b.truth() ? 2 : 0);
  }
  return wrong(fmt::format("can't compare {} with {}", a.type_name(), b.type_name()));
}

Result<Value> fn_eq(const TemplateCall& c) {
  for (size_t i = 1; i < c.args.size(); ++i) {
    VIGIE_TRY(const int order, compare(c.args[0], c.args[i]));
    if (order == 0) { return Value(true); }
  }
  return Value(false);
}
Result<Value> fn_ne(const TemplateCall& c) {
  VIGIE_TRY(const int order, compare(c.args[0], c.args[1]));
  return Value(order != 0);
}
Result<Value> fn_lt(const TemplateCall& c) {
  VIGIE_TRY(const int order, compare(c.args[0], c.args[1]));
  return Value(order == -1);
}
Result<Value> fn_le(const TemplateCall& c) {
  VIGIE_TRY(const int order, compare(c.args[0], c.args[1]));
  return Value(order == -1 || order == 0);
}
Result<Value> fn_gt(const TemplateCall& c) {
  VIGIE_TRY(const int order, compare(c.args[0], c.args[1]));
  return Value(order == 1);
}
Result<Value> fn_ge(const TemplateCall& c) {
  VIGIE_TRY(const int order, compare(c.args[0], c.args[1]));
  return Value(order == 1 || order == 0);
}
Result<Value> fn_not(const TemplateCall& c) {
  return Value(!c.args[0].truth());
}
Result<Value> fn_len(const TemplateCall& c) {
  const Value& v = c.args[0];
  if (v.text() != nullptr) { return Value(static_cast<int64_t>(v.text()->size())); }
  if (v.list() != nullptr) { return Value(static_cast<int64_t>(v.list()->size())); }
  if (v.map() != nullptr) { return Value(static_cast<int64_t>(v.map()->size())); }
  if (v.is_none()) { return Value(0); }
  return wrong(fmt::format("len of {}", v.type_name()));
}
Result<Value> fn_index(const TemplateCall& c) {
  Value at = c.args[0];
  for (const Value& key : c.args.subspan(1)) {
    if (const Value::Map* map = at.map()) {
      const auto found = map->find(key.print());
      at = found == map->end() ? Value() : Value(found->second);
      continue;
    }
    const Value::List* list = at.list();
    const int64_t* i = key.integer();
    if (list == nullptr || i == nullptr) {
      return wrong("can't index " + std::string(at.type_name()));
    }
    if (*i < 0 || static_cast<size_t>(*i) >= list->size()) {
      return wrong(fmt::format("index out of range: {}", *i));
    }
    at = Value((*list)[static_cast<size_t>(*i)]);
  }
  return at;
}
Result<Value> fn_print(const TemplateCall& c) {
  std::string out;
  for (size_t i = 0; i < c.args.size(); ++i) {
    // Go puts a blank between two neighbours of which neither is a text.
    const bool apart = i > 0 && c.args[i].text() == nullptr && c.args[i - 1].text() == nullptr;
    out += (apart ? " " : "") + c.args[i].print();
  }
  return Value(std::move(out));
}
Result<Value> fn_println(const TemplateCall& c) {
  std::string out;
  for (const Value& arg : c.args) { out += (out.empty() ? "" : " ") + arg.print(); }
  return Value(out + "\n");
}
Result<Value> fn_printf(const TemplateCall& c) {
  if (c.args[0].text() == nullptr) { return wrong("the format must be a text"); }
  return Value(go_printf(*c.args[0].text(), c.args.subspan(1)));
}

// ---- Queries
// -------------------------------------------------------------------------------------

Result<Value> fn_query(const TemplateCall& c) {
  if (!c.context.query) { return wrong("queries are not possible here"); }
  VIGIE_TRY(const std::vector<TemplateSample> samples, c.context.query(c.args[0].print()));
  Value::List out;
  for (const TemplateSample& sample : samples) {
    out.push_back(Value(
        Value::Map{{"Labels", Value::of_labels(sample.labels)}, {"Value", Value(sample.value)}}));
  }
  return Value(std::move(out));
}
Result<Value> fn_first(const TemplateCall& c) {
  const Value::List* list = c.args[0].list();
  if (list == nullptr || list->empty()) { return wrong("called on a vector with no elements"); }
  return Value(list->front());
}
std::string label_of(const Value& sample, const std::string& name) {
  const Value::Map* map = sample.map();
  if (map == nullptr || !map->contains("Labels")) { return ""; }
  const Value::Map* labels = map->at("Labels").map();
  const auto found = labels == nullptr ? Value::Map::const_iterator{} : labels->find(name);
  return labels == nullptr || found == labels->end() ? "" : found->second.print();
}
Result<Value> fn_label(const TemplateCall& c) {
  return Value(label_of(c.args[1], c.args[0].print()));
}
Result<Value> fn_value(const TemplateCall& c) {
  const Value::Map* map = c.args[0].map();
  if (map == nullptr || !map->contains("Value")) { return wrong("not a sample"); }
  return Value(map->at("Value"));
}
Result<Value> fn_strvalue(const TemplateCall& c) {
  return Value(label_of(c.args[0], "__value__"));
}
Result<Value> fn_sort_by_label(const TemplateCall& c) {
  const Value::List* list = c.args[1].list();
  if (list == nullptr) { return wrong("not a vector"); }
  Value::List sorted = *list;
  const std::string name = c.args[0].print();
  std::ranges::stable_sort(sorted, {}, [&](const Value& v) { return label_of(v, name); });
  return Value(std::move(sorted));
}

// ---- Numbers and times
// ---------------------------------------------------------------------------

template <std::string (*write)(double)>
Result<Value> fn_number(const TemplateCall& c) {
  if (c.args[0].is_none()) { return Value(""); }
  VIGIE_TRY(const double number, to_number(c.args[0]));
  return Value(write(number));
}
Result<Value> time_of(const Value& value) {
  if (value.time() != nullptr) { return value; }
  VIGIE_TRY(const double seconds, to_number(value));
  if (!std::isfinite(seconds) || std::fabs(seconds) > 9e12) {
    return wrong(fmt::format("{} is no time", go_float(seconds)));
  }
  return Value(wall_from_millis(static_cast<int64_t>(std::llround(seconds * 1000))));
}
Result<Value> fn_humanize_timestamp(const TemplateCall& c) {
  Result<Value> time = time_of(c.args[0]);
  if (!time) {
    VIGIE_TRY(const double number, to_number(c.args[0]));
    if (!std::isfinite(number)) { return Value(go_float(number)); }
    return time;
  }
  return Value(go_time(*time->time()));
}
Result<Value> fn_to_time(const TemplateCall& c) {
  return time_of(c.args[0]);
}
Result<Value> fn_now(const TemplateCall& c) {
  return Value(to_seconds(c.context.now));
}
Result<Value> fn_since(const TemplateCall& c) {
  if (c.args[0].time() == nullptr) { return wrong("not a time"); }
  return Value(format_duration(std::max(Millis{0}, c.context.now - *c.args[0].time())));
}
Result<Value> fn_date(const TemplateCall& c) {
  if (c.args[1].time() == nullptr) { return wrong("not a time"); }
  return Value(go_time_layout(*c.args[1].time(), c.args[0].print()));
}
Result<Value> fn_parse_duration(const TemplateCall& c) {
  VIGIE_TRY(const Millis length, vigie::parse_duration(c.args[0].print()));
  return Value(to_seconds(length));
}
Result<Value> fn_to_duration(const TemplateCall& c) {
  VIGIE_TRY(const double seconds, to_number(c.args[0]));
  return Value(
      format_duration(Millis{static_cast<int64_t>(std::clamp(seconds, -9e12, 9e12) * 1000)}));
}

// ---- Texts
// ---------------------------------------------------------------------------------------

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
Result<Value> fn_to_upper(const TemplateCall& c) {
  std::string text = c.args[0].print();
  std::ranges::transform(text, text.begin(), upper);
  return Value(std::move(text));
}
Result<Value> fn_to_lower(const TemplateCall& c) {
  std::string text = c.args[0].print();
  std::ranges::transform(text, text.begin(), lower);
  return Value(std::move(text));
}
Result<Value> fn_title(const TemplateCall& c) {
  std::string text = c.args[0].print();
  bool starts = true;
  for (char& letter : text) {
    if (starts) { letter = upper(letter); }
    starts = letter == ' ' || letter == '\t' || letter == '\n' || letter == '-';
  }
  return Value(std::move(text));
}
Result<Value> fn_trim_space(const TemplateCall& c) {
  const std::string text = c.args[0].print();
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) { return Value(""); }
  return Value(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}
Result<Value> fn_strip_port(const TemplateCall& c) {
  std::string text = c.args[0].print();
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.ends_with(']')) { return Value(std::move(text)); }
  const bool v6 = text.find(':') != colon;
  if (v6 && !(text.starts_with('[') && colon > 0 && text[colon - 1] == ']')) {
    return Value(std::move(text));
  }
  return Value(v6 ? text.substr(1, colon - 2) : text.substr(0, colon));
}
Result<Value> fn_strip_domain(const TemplateCall& c) {
  const std::string text = c.args[0].print();
  const size_t colon = text.rfind(':');
  const std::string host = text.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : text.substr(colon);
  // An address has no domain.
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos ||
                       host.find(':') != std::string::npos;
  return Value((address ? host : host.substr(0, host.find('.'))) + port);
}

Result<Value> fn_match(const TemplateCall& c) {
  const re2::RE2 pattern(c.args[0].print(), re2::RE2::Quiet);
  if (!pattern.ok()) { return wrong(pattern.error()); }
  return Value(re2::RE2::PartialMatch(c.args[1].print(), pattern));
}

/// Go writes $1 and ${name} where RE2 wants \1.
std::string re2_replacement(std::string_view go, const re2::RE2& pattern) {
  std::string out;
  for (size_t i = 0; i < go.size(); ++i) {
    if (go[i] == '\\') {
      out += "\\\\";
      continue;
    }
    if (go[i] != '$' || i + 1 == go.size()) {
      out += go[i];
      continue;
    }
    if (go[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const bool braces = go[i + 1] == '{';
    size_t end = i + 1 + (braces ? 1 : 0);
    const size_t begin = end;
    while (end < go.size() &&
           (std::isalnum(static_cast<unsigned char>(go[end])) || go[end] == '_')) {
      ++end;
    }
    const std::string name(go.substr(begin, end - begin));
    if (name.empty() || (braces && (end >= go.size() || go[end] != '}'))) {
      out += '$';
      continue;
    }
    const auto& groups = pattern.NamedCapturingGroups();
    const bool digits =
        name.size() <= 2 && std::ranges::all_of(name, [](char d) { return d >= '0' && d <= '9'; });
    const auto named = groups.find(name);
    const int number = digits ? std::stoi(name) : (named == groups.end() ? -1 : named->second);
    // RE2 knows one digit; a group that does not exist is empty in Go.
    if (number >= 0 && number <= 9 && number <= pattern.NumberOfCapturingGroups()) {
      out += fmt::format("\\{}", number);
    }
    i = braces ? end : end - 1;
  }
  return out;
}

Result<Value> fn_re_replace_all(const TemplateCall& c) {
  const re2::RE2 pattern(c.args[0].print(), re2::RE2::Quiet);
  if (!pattern.ok()) { return wrong(pattern.error()); }
  std::string text = c.args[2].print();
  re2::RE2::GlobalReplace(&text, pattern, re2_replacement(c.args[1].print(), pattern));
  return Value(std::move(text));
}

Result<Value> fn_escape(const TemplateCall& c) {
  return Value(query_escape(c.args[0].print()));
}
Result<Value> fn_html(const TemplateCall& c) {
  std::string out;
  for (const char letter : c.args[0].print()) {
    switch (letter) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += letter;
    }
  }
  return Value(std::move(out));
}
Result<Value> fn_graph_link(const TemplateCall& c) {
  return Value("/graph?g0.expr=" + query_escape(c.args[0].print()) + "&g0.tab=0");
}
Result<Value> fn_table_link(const TemplateCall& c) {
  return Value("/graph?g0.expr=" + query_escape(c.args[0].print()) + "&g0.tab=1");
}
Result<Value> fn_args(const TemplateCall& c) {
  Value::Map out;
  for (size_t i = 0; i < c.args.size(); ++i) { out.emplace(fmt::format("arg{}", i), c.args[i]); }
  return Value(std::move(out));
}
Result<Value> fn_same(const TemplateCall& c) {
  return c.args[0];
}
Result<Value> fn_external_url(const TemplateCall& c) {
  return Value(c.context.external_url);
}
Result<Value> fn_path_prefix(const TemplateCall& c) {
  const std::string& url = c.context.external_url;
  const size_t scheme = url.find("://");
  const size_t path = scheme == std::string::npos ? url.find('/') : url.find('/', scheme + 3);
  return Value(path == std::string::npos ? "" : url.substr(path));
}
Result<Value> fn_join(const TemplateCall& c) {
  const Value::List* list = c.args[1].list();
  if (list == nullptr) { return wrong("not a list"); }
  std::string out;
  for (size_t i = 0; i < list->size(); ++i) {
    out += (i == 0 ? "" : c.args[0].print()) + (*list)[i].print();
  }
  return Value(std::move(out));
}
Result<Value> fn_string_slice(const TemplateCall& c) {
  return Value(Value::List(c.args.begin(), c.args.end()));
}
Result<Value> fn_to_json(const TemplateCall& c) {
  return Value(to_text(json::value(json::string(c.args[0].print()))));
}

constexpr std::array<TemplateFunction, 50> kFunctions{{
    {"args", 0, kMany, fn_args},
    {"date", 2, 2, fn_date},
    {"eq", 2, kMany, fn_eq},
    {"externalURL", 0, 0, fn_external_url},
    {"first", 1, 1, fn_first},
    {"ge", 2, 2, fn_ge},
    {"graphLink", 1, 1, fn_graph_link},
    {"gt", 2, 2, fn_gt},
    {"html", 1, 1, fn_html},
    {"humanize", 1, 1, fn_number<humanize>},
    {"humanize1024", 1, 1, fn_number<humanize_1024>},
    {"humanizeDuration", 1, 1, fn_number<humanize_seconds>},
    {"humanizePercentage", 1, 1, fn_number<humanize_percentage>},
    {"humanizeTimestamp", 1, 1, fn_humanize_timestamp},
    {"index", 1, kMany, fn_index},
    {"join", 2, 2, fn_join},
    {"label", 2, 2, fn_label},
    {"le", 2, 2, fn_le},
    {"len", 1, 1, fn_len},
    {"lt", 2, 2, fn_lt},
    {"match", 2, 2, fn_match},
    {"ne", 2, 2, fn_ne},
    {"not", 1, 1, fn_not},
    {"now", 0, 0, fn_now},
    {"parseDuration", 1, 1, fn_parse_duration},
    {"pathPrefix", 0, 0, fn_path_prefix},
    {"print", 0, kMany, fn_print},
    {"printf", 1, kMany, fn_printf},
    {"println", 0, kMany, fn_println},
    {"query", 1, 1, fn_query},
    {"reReplaceAll", 3, 3, fn_re_replace_all},
    {"safeHtml", 1, 1, fn_same},
    {"safeUrl", 1, 1, fn_same},
    {"since", 1, 1, fn_since},
    {"sortByLabel", 2, 2, fn_sort_by_label},
    {"stringSlice", 0, kMany, fn_string_slice},
    {"stripDomain", 1, 1, fn_strip_domain},
    {"stripPort", 1, 1, fn_strip_port},
    {"strvalue", 1, 1, fn_strvalue},
    {"tableLink", 1, 1, fn_table_link},
    {"title", 1, 1, fn_title},
    {"toDuration", 1, 1, fn_to_duration},
    {"toJson", 1, 1, fn_to_json},
    {"toLower", 1, 1, fn_to_lower},
    {"toTime", 1, 1, fn_to_time},
    {"toUpper", 1, 1, fn_to_upper},
    {"trimSpace", 1, 1, fn_trim_space},
    {"urlQueryEscape", 1, 1, fn_escape},
    {"urlquery", 1, 1, fn_escape},
    {"value", 1, 1, fn_value},
}};

}  // namespace

const TemplateFunction* find_template_function(std::string_view name) {
  for (const TemplateFunction& known : kFunctions) {
    if (known.name == name && !name.empty()) { return &known; }
  }
  return nullptr;
}

std::string query_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (c == ' ') {
      out += '+';
    } else if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace vigie::alerting
