#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "alerting/template.h"
#include "alerting/template_ast.h"
#include "alerting/template_functions.h"
#include "alerting/template_lex.h"

namespace vigie::alerting {

namespace {

constexpr size_t kNestingMax = 100;

bool is_function(std::string_view name) {
  return name == "and" || name == "or" || name == "tmpl" || find_template_function(name) != nullptr;
}

/// Numbers as Go reads its constants: whole ones stay whole.
Result<Value> number_of(const std::string& text) {
  std::string_view digits = text;
  if (digits.starts_with('+')) { digits.remove_prefix(1); }
  const bool negative = digits.starts_with('-');
  const std::string_view magnitude = negative ? digits.substr(1) : digits;
  int64_t whole = 0;
  const bool hexadecimal = magnitude.starts_with("0x") || magnitude.starts_with("0X");
  const std::string_view body = hexadecimal ? magnitude.substr(2) : magnitude;
  const auto [stop, failure] =
      std::from_chars(body.data(), body.data() + body.size(), whole, hexadecimal ? 16 : 10);
  if (failure == std::errc{} && stop == body.data() + body.size()) {
    return Value(negative ? -whole : whole);
  }
  double real = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  if (wrong != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(real)) {
    return error(Code::invalid, fmt::format("bad number \"{}\"", text));
  }
  return Value(real);
}

/// What ended a list of parts.
struct Stop {
  std::string word;      ///< "end", "else", or "" at the end of the text.
  bool chained = false;  ///< `else if` or `else with`: the action goes on.
};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, TemplateProgram& program)
      : text_(text), tokens_(std::move(tokens)), program_(program) {}

  void declare(std::string_view name) { scope_.emplace_back(name); }

  Status run() {
    Parts parts;
    Stop stop;
    VIGIE_CHECK(list(parts, stop, 0));
    if (!stop.word.empty()) { return wrong(fmt::format("unexpected {{{{{}}}}}", stop.word)); }
    keep("", std::move(parts));
    return ok();
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  Error wrong(std::string_view what) const { return template_error(text_, now().at, what); }
  void skip_space() {
    while (now().kind == TokenKind::space) { ++at_; }
  }
  bool symbol(std::string_view text) {
    skip_space();
    if (now().kind != TokenKind::symbol || now().text != text) { return false; }
    ++at_;
    return true;
  }
  bool word(std::string_view text) {
    skip_space();
    if (now().kind != TokenKind::word || now().text != text) { return false; }
    ++at_;
    return true;
  }
  Status close() {
    skip_space();
    if (now().kind != TokenKind::close) { return wrong("unexpected word before }}"); }
    ++at_;
    return ok();
  }
  void keep(const std::string& name, Parts parts) {
    program_.parts.insert_or_assign(name, std::move(parts));
    program_.sources.insert_or_assign(name, std::string(text_));
  }

  Status list(Parts& out, Stop& stop, size_t depth) {
    if (depth > kNestingMax) { return wrong("too deeply nested"); }
    const size_t known = scope_.size();
    while (true) {
      if (now().kind == TokenKind::end) { return ok(); }
      if (now().kind == TokenKind::text) {
        out.push_back({.kind = PartKind::text, .at = now().at, .text = now().text});
        ++at_;
        continue;
      }
      const TextOffset begin = now().at;
      ++at_;
      skip_space();
      if (word("end")) {
        scope_.resize(known);
        stop.word = "end";
        return close();
      }
      if (word("else")) {
        scope_.resize(known);
        stop.word = "else";
        skip_space();
        stop.chained =
            now().kind == TokenKind::word && (now().text == "if" || now().text == "with");
        return stop.chained ? ok() : close();
      }
      VIGIE_CHECK(action(out, begin, depth));
    }
  }

  Status action(Parts& out, TextOffset begin, size_t depth) {
    if (word("if")) { return control(out, PartKind::branch, begin, depth); }
    if (word("with")) { return control(out, PartKind::scope, begin, depth); }
    if (word("range")) { return control(out, PartKind::loop, begin, depth); }
    if (word("define")) { return define(depth); }
    if (word("block")) { return block(out, begin, depth); }
    if (word("template")) { return include(out, begin); }
    if (word("break") || word("continue")) {
      if (loops_ == 0) { return template_error(text_, begin, "break or continue outside range"); }
      const bool leaves = tokens_[at_ - 1].text == "break";
      out.push_back({.kind = leaves ? PartKind::leave : PartKind::next, .at = begin});
      return close();
    }
    Part part{.kind = PartKind::action, .at = begin};
    VIGIE_CHECK(pipeline(part.pipeline, false, depth));
    out.push_back(std::move(part));
    return close();
  }

  Status control(Parts& out, PartKind kind, TextOffset begin, size_t depth) {
    const size_t known = scope_.size();
    Part part{.kind = kind, .at = begin};
    VIGIE_CHECK(pipeline(part.pipeline, kind == PartKind::loop, depth));
    VIGIE_CHECK(close());
    Stop stop;
    loops_ += kind == PartKind::loop ? 1 : 0;
    VIGIE_CHECK(list(part.body, stop, depth + 1));
    loops_ -= kind == PartKind::loop ? 1 : 0;
    if (stop.word == "else" && stop.chained) {
      const bool scopes = now().text == "with";
      const TextOffset inner = now().at;
      ++at_;
      // The chained action's {{end}} closes this one too.
      VIGIE_CHECK(
          control(part.otherwise, scopes ? PartKind::scope : PartKind::branch, inner, depth + 1));
    } else if (stop.word == "else") {
      Stop last;
      VIGIE_CHECK(list(part.otherwise, last, depth + 1));
      if (last.word != "end") { return wrong("{{else}} needs one {{end}}"); }
    } else if (stop.word != "end") {
      return template_error(text_, begin, "no {{end}} for this action");
    }
    scope_.resize(known);
    out.push_back(std::move(part));
    return ok();
  }

  Result<std::string> name() {
    skip_space();
    if (now().kind != TokenKind::string) { return wrong("the name of a template must be quoted"); }
    return tokens_[at_++].text;
  }

  Status body_of(const std::string& defined, size_t depth) {
    std::vector<std::string> outer = std::exchange(scope_, {});
    const size_t loops = std::exchange(loops_, 0);
    Parts parts;
    Stop stop;
    VIGIE_CHECK(list(parts, stop, depth + 1));
    if (stop.word != "end") { return wrong("a definition needs {{end}}"); }
    keep(defined, std::move(parts));
    scope_ = std::move(outer);
    loops_ = loops;
    return ok();
  }
  Status define(size_t depth) {
    if (depth > 0) { return wrong("define inside an action"); }
    VIGIE_TRY(const std::string defined, name());
    VIGIE_CHECK(close());
    return body_of(defined, depth);
  }
  Status block(Parts& out, TextOffset begin, size_t depth) {
    VIGIE_TRY(const std::string defined, name());
    Part part{.kind = PartKind::include, .at = begin, .text = defined};
    VIGIE_CHECK(pipeline(part.pipeline, false, depth));
    VIGIE_CHECK(close());
    out.push_back(std::move(part));
    return body_of(defined, depth);
  }
  Status include(Parts& out, TextOffset begin) {
    VIGIE_TRY(const std::string used, name());
    Part part{.kind = PartKind::include, .at = begin, .text = used};
    skip_space();
    if (now().kind != TokenKind::close) { VIGIE_CHECK(pipeline(part.pipeline, false, 0)); }
    out.push_back(std::move(part));
    return close();
  }

  bool declared(std::string_view name) const {
    if (name.empty()) { return true; }
    for (const std::string& known : scope_) {
      if (known == name) { return true; }
    }
    return false;
  }

  /// `$x :=`, `$x =`, or `$i, $x :=` ahead of a pipeline; leaves the position when there is none.
  Status declaration(Pipeline& out, bool in_range) {
    skip_space();
    const size_t start = at_;
    std::vector<std::string> names;
    while (now().kind == TokenKind::variable && names.size() < 2) {
      names.push_back(now().text);
      ++at_;
      if (!symbol(",")) { break; }
      skip_space();
    }
    const bool declares = !names.empty() && symbol(":=");
    const bool assigns = !names.empty() && !declares && symbol("=");
    if (!declares && !assigns) {
      at_ = start;
      return ok();
    }
    if (names.size() == 2 && !in_range) { return wrong("too many variables"); }
    for (const std::string& variable : names) {
      if (assigns && !declared(variable)) {
        return wrong(fmt::format("undefined variable \"${}\"", variable));
      }
    }
    out.declares = std::move(names);
    out.assigns = assigns;
    return ok();
  }

  Status pipeline(PipelinePtr& out, bool in_range, size_t depth) {
    if (depth > kNestingMax) { return wrong("too deeply nested"); }
    auto made = std::make_shared<Pipeline>();
    VIGIE_CHECK(declaration(*made, in_range));
    do {
      Command command;
      VIGIE_CHECK(words(command, depth));
      if (!made->commands.empty() && command.words.front().kind != OperandKind::function &&
          command.words.front().fields.empty()) {
        return wrong("only a function can stand behind |");
      }
      made->commands.push_back(std::move(command));
    } while (symbol("|"));
    if (!made->assigns) {
      for (const std::string& variable : made->declares) { scope_.push_back(variable); }
    }
    out = std::move(made);
    return ok();
  }

  Status words(Command& out, size_t depth) {
    while (true) {
      skip_space();
      const Token& token = now();
      const bool ends = token.kind == TokenKind::close || token.kind == TokenKind::end ||
                        (token.kind == TokenKind::symbol && token.text != "(");
      if (ends) { break; }
      Operand operand;
      VIGIE_CHECK(one_word(operand, depth));
      out.words.push_back(std::move(operand));
    }
    return out.words.empty() ? Status(wrong("a value is missing")) : ok();
  }

  Status one_word(Operand& out, size_t depth) {
    const Token token = now();
    out.at = token.at;
    ++at_;
    switch (token.kind) {
      case TokenKind::field:
        if (!token.text.empty()) { out.fields.push_back(token.text); }
        break;
      case TokenKind::variable:
        out.kind = OperandKind::variable;
        out.name = token.text;
        if (!declared(token.text)) {
          return template_error(text_, token.at,
                                fmt::format("undefined variable \"${}\"", token.text));
        }
        break;
      case TokenKind::string:
        out.kind = OperandKind::literal;
        out.literal = Value(token.text);
        break;
      case TokenKind::number: {
        out.kind = OperandKind::literal;
        Result<Value> number = number_of(token.text);
        if (!number) { return template_error(text_, token.at, number.error().what); }
        out.literal = *std::move(number);
        break;
      }
      case TokenKind::word: {
        VIGIE_CHECK(named(token, out));
        break;
      }
      case TokenKind::symbol: {
        out.kind = OperandKind::group;
        VIGIE_CHECK(pipeline(out.group, false, depth + 1));
        if (!symbol(")")) { return wrong("unclosed ("); }
        break;
      }
      default:
        return template_error(text_, token.at, "unexpected end of the action");
    }
    while (now().kind == TokenKind::field && !now().text.empty()) {
      out.fields.push_back(now().text);
      ++at_;
    }
    return ok();
  }

  Status named(const Token& token, Operand& out) const {
    if (token.text == "true" || token.text == "false" || token.text == "nil") {
      out.kind = OperandKind::literal;
      if (token.text != "nil") { out.literal = Value(token.text == "true"); }
      return ok();
    }
    if (!is_function(token.text)) {
      return template_error(text_, token.at,
                            fmt::format("function \"{}\" not defined", token.text));
    }
    out.kind = OperandKind::function;
    out.name = token.text;
    return ok();
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  TemplateProgram& program_;
  std::vector<std::string> scope_;
  size_t at_ = 0;
  size_t loops_ = 0;
};

}  // namespace

Result<Template> Template::parse(std::string_view text, std::span<const std::string_view> variables,
                                 const Template* base) {
  VIGIE_TRY(std::vector<Token> tokens, lex_template(text));
  auto program = std::make_shared<TemplateProgram>();
  if (base != nullptr) {
    program->parts = base->program_->parts;
    program->sources = base->program_->sources;
  }
  program->text = std::string(text);
  Parser parser(program->text, std::move(tokens), *program);
  for (const std::string_view name : variables) { parser.declare(name); }
  VIGIE_CHECK(parser.run());
  return Template(std::move(program));
}

bool Template::is_plain() const {
  return program_->text.find("{{") == std::string::npos;
}

const std::string& Template::text() const {
  return program_->text;
}

}  // namespace vigie::alerting
