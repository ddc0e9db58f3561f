#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "alerting/template.h"
#include "alerting/template_ast.h"
#include "alerting/template_functions.h"
#include "alerting/template_lex.h"

namespace vigie::alerting {

namespace {

enum class Flowing : uint8_t { on, leave, next };

/// The alerts of a list that have one status: `.Alerts.Firing`.
Value with_status(const Value::List& alerts, std::string_view status) {
  Value::List out;
  for (const Value& alert : alerts) {
    const Value::Map* map = alert.map();
    const auto found = map == nullptr ? Value::Map::const_iterator{} : map->find("Status");
    if (map != nullptr && found != map->end() && found->second.print() == status) {
      out.push_back(alert);
    }
  }
  return Value(std::move(out));
}

Value sorted_pairs(const Value::Map& map) {
  Value::List out;
  const auto add = [&](const std::string& name, const Value& value) {
    out.push_back(Value(Value::Map{{"Name", Value(name)}, {"Value", value}}));
  };
  // Alertmanager puts the alert's name first.
  if (const auto name = map.find("alertname"); name != map.end()) {
    add("alertname", name->second);
  }
  for (const auto& [name, value] : map) {
    if (name != "alertname") { add(name, value); }
  }
  return Value(std::move(out));
}

Value names_or_values(const Value::List& pairs, const std::string& field) {
  Value::List out;
  for (const Value& pair : pairs) {
    const Value::Map* map = pair.map();
    const std::string key = field == "Names" ? "Name" : "Value";
    if (map != nullptr && map->contains(key)) { out.push_back(map->at(key)); }
  }
  return Value(std::move(out));
}

class Runner {
 public:
  Runner(const TemplateProgram& program, const TemplateContext& context)
      : program_(program), context_(context) {
    for (const auto& [name, value] : context.variables) { scope_.emplace_back(name, value); }
    root_ = context.dot;
    source_ = program.text;
  }

  Result<std::string> run() {
    VIGIE_CHECK(parts(program_.parts.at(""), context_.dot));
    return std::move(out_);
  }

 private:
  Error wrong(TextOffset at, std::string_view what) const {
    return template_error(source_, at, what);
  }

  Status step(TextOffset at) {
    if (++steps_ <= context_.limits.steps_max) { return ok(); }
    return error(Code::exhausted, wrong(at, "the template takes too many steps").what);
  }

  Status write(std::string_view text, TextOffset at) {
    if (out_.size() + text.size() > context_.limits.output_max) {
      return error(Code::exhausted, wrong(at, "the result is too long").what);
    }
    out_ += text;
    return ok();
  }

  Status parts(const Parts& list, const Value& dot) {
    const size_t known = scope_.size();
    for (const Part& part : list) {
      VIGIE_CHECK(one(part, dot));
      if (flowing_ != Flowing::on) { break; }
    }
    scope_.resize(known);
    return ok();
  }

  Status one(const Part& part, const Value& dot) {
    VIGIE_CHECK(step(part.at));
    switch (part.kind) {
      case PartKind::text:
        return write(part.text, part.at);
      case PartKind::action: {
        VIGIE_TRY(const Value value, pipeline(*part.pipeline, dot));
        return part.pipeline->declares.empty() ? write(value.print(), part.at) : ok();
      }
      case PartKind::branch:
      case PartKind::scope: {
        const size_t known = scope_.size();
        VIGIE_TRY(const Value value, pipeline(*part.pipeline, dot));
        const bool inner = part.kind == PartKind::scope && value.truth();
        const Status done = parts(value.truth() ? part.body : part.otherwise, inner ? value : dot);
        scope_.resize(known);
        return done;
      }
      case PartKind::loop:
        return loop(part, dot);
      case PartKind::include:
        return include(part, dot);
      case PartKind::leave:
        flowing_ = Flowing::leave;
        return ok();
      case PartKind::next:
        flowing_ = Flowing::next;
        return ok();
    }
    return ok();
  }

  Status loop(const Part& part, const Value& dot) {
    const size_t known = scope_.size();
    VIGIE_TRY(const Value over, pipeline(*part.pipeline, dot, true));
    std::vector<std::pair<Value, Value>> rounds;
    if (const Value::List* list = over.list()) {
      for (size_t i = 0; i < list->size(); ++i) {
        rounds.emplace_back(Value(static_cast<int64_t>(i)), (*list)[i]);
      }
    } else if (const Value::Map* map = over.map()) {
      for (const auto& [key, value] : *map) { rounds.emplace_back(Value(key), value); }
    } else if (!over.is_none()) {
      return wrong(part.at, fmt::format("range can't iterate over {}", over.type_name()));
    }
    if (rounds.empty()) { return parts(part.otherwise, dot); }
    for (const auto& [key, value] : rounds) {
      VIGIE_CHECK(step(part.at));
      scope_.resize(known);
      const std::vector<std::string>& names = part.pipeline->declares;
      if (names.size() == 2) { set(*part.pipeline, names[0], key); }
      if (!names.empty()) { set(*part.pipeline, names.back(), value); }
      VIGIE_CHECK(parts(part.body, value));
      const bool leaves = flowing_ == Flowing::leave;
      flowing_ = Flowing::on;
      if (leaves) { break; }
    }
    scope_.resize(known);
    return ok();
  }

  Status include(const Part& part, const Value& dot) {
    Value inner;
    if (part.pipeline != nullptr) { VIGIE_TRY(inner, pipeline(*part.pipeline, dot)); }
    return render(part.text, inner, part.at);
  }

  Status render(const std::string& name, const Value& dot, TextOffset at) {
    const auto found = program_.parts.find(name);
    if (found == program_.parts.end() || name.empty()) {
      return wrong(at, fmt::format("template \"{}\" not defined", name));
    }
    if (++depth_ > context_.limits.depth_max) {
      return error(Code::exhausted, wrong(at, "templates include each other too deeply").what);
    }
    const auto outer_scope = std::exchange(scope_, {});
    const Value outer_root = std::exchange(root_, dot);
    const std::string_view outer_source = std::exchange(source_, program_.sources.at(name));
    const Status done = parts(found->second, dot);
    scope_ = outer_scope;
    root_ = outer_root;
    source_ = outer_source;
    --depth_;
    return done;
  }

  void set(const Pipeline& pipe, const std::string& name, Value value) {
    if (pipe.assigns) {
      const auto found = std::find_if(scope_.rbegin(), scope_.rend(),
                                      [&](const auto& known) { return known.first == name; });
      if (found != scope_.rend()) { found->second = std::move(value); }
      return;
    }
    scope_.emplace_back(name, std::move(value));
  }

  Result<Value> pipeline(const Pipeline& pipe, const Value& dot, bool loops = false) {
    std::optional<Value> last;
    for (const Command& command : pipe.commands) { VIGIE_TRY(last, call(command, dot, last)); }
    if (!loops) {
      for (const std::string& name : pipe.declares) { set(pipe, name, *last); }
    }
    return *std::move(last);
  }

  Result<Value> call(const Command& command, const Value& dot, const std::optional<Value>& last) {
    const Operand& first = command.words.front();
    VIGIE_CHECK(step(first.at));
    if (first.kind == OperandKind::function && first.fields.empty()) {
      return function(command, dot, last);
    }
    std::vector<Value> args;
    for (size_t i = 1; i < command.words.size(); ++i) {
      VIGIE_TRY(Value value, operand(command.words[i], dot));
      args.push_back(std::move(value));
    }
    if (last.has_value()) { args.push_back(*last); }
    return operand(first, dot, args);
  }

  Result<Value> function(const Command& command, const Value& dot,
                         const std::optional<Value>& last) {
    const Operand& first = command.words.front();
    const bool all = first.name == "and";
    if (all || first.name == "or") { return lazily(command, dot, last, all); }
    std::vector<Value> args;
    for (size_t i = 1; i < command.words.size(); ++i) {
      VIGIE_TRY(Value value, operand(command.words[i], dot));
      args.push_back(std::move(value));
    }
    if (last.has_value()) { args.push_back(*last); }
    if (first.name == "tmpl") { return rendered(args, first.at); }
    const TemplateFunction* found = find_template_function(first.name);
    if (found == nullptr) { return wrong(first.at, "unknown function"); }
    if (args.size() < found->least || args.size() > found->most) {
      return wrong(first.at, fmt::format("wrong number of arguments for {}: got {}", first.name,
                                         args.size()));
    }
    Result<Value> result = found->run({context_, args});
    if (result) { return result; }
    return error(result.error().code,
                 wrong(first.at, fmt::format("{}: {}", first.name, result.error().what)).what);
  }

  /// `and` and `or` stop at the value that decides.
  Result<Value> lazily(const Command& command, const Value& dot, const std::optional<Value>& last,
                       bool all) {
    std::optional<Value> value;
    for (size_t i = 1; i < command.words.size(); ++i) {
      VIGIE_TRY(value, operand(command.words[i], dot));
      if (value->truth() != all) { return *std::move(value); }
    }
    if (last.has_value()) { value = last; }
    if (!value.has_value()) { return wrong(command.words.front().at, "arguments are missing"); }
    return *std::move(value);
  }

  Result<Value> rendered(const std::vector<Value>& args, TextOffset at) {
    if (args.empty() || args[0].text() == nullptr) { return wrong(at, "tmpl needs a name"); }
    std::string outer = std::exchange(out_, {});
    const Status done = render(*args[0].text(), args.size() > 1 ? args[1] : Value(), at);
    std::string inner = std::exchange(out_, std::move(outer));
    VIGIE_CHECK(done);
    return Value(std::move(inner));
  }

  Result<Value> operand(const Operand& word, const Value& dot, std::span<const Value> args = {}) {
    Value value = dot;
    switch (word.kind) {
      case OperandKind::dot:
        break;
      case OperandKind::literal:
        value = word.literal;
        break;
      case OperandKind::variable:
        value = variable(word.name);
        break;
      case OperandKind::group: {
        VIGIE_TRY(value, pipeline(*word.group, dot));
        break;
      }
      case OperandKind::function: {
        Command alone;
        alone.words.push_back(word);
        alone.words.front().fields.clear();
        VIGIE_TRY(value, function(alone, dot, std::nullopt));
        break;
      }
    }
    for (size_t i = 0; i < word.fields.size(); ++i) {
      const bool last = i + 1 == word.fields.size();
      VIGIE_TRY(value,
                field(value, word.fields[i], word.at, last ? args : std::span<const Value>{}));
    }
    if (word.fields.empty() && !args.empty()) {
      return wrong(word.at, "can't give arguments to a value that is no function");
    }
    return value;
  }

  Value variable(const std::string& name) const {
    if (name.empty()) { return root_; }
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
      if (it->first == name) { return it->second; }
    }
    return {};
  }

  Result<Value> field(const Value& of, const std::string& name, TextOffset at,
                      std::span<const Value> args) const {
    if (const Value::Map* map = of.map()) {
      if (const auto found = map->find(name); found != map->end()) { return found->second; }
      if (name == "SortedPairs") { return sorted_pairs(*map); }
      if (name == "Names" || name == "Values") {
        return names_or_values(*sorted_pairs(*map).list(), name);
      }
      if (name == "Remove") { return without(*map, args); }
      return Value();
    }
    if (const Value::List* list = of.list()) {
      if (name == "Firing" || name == "Resolved") {
        return with_status(*list, name == "Firing" ? "firing" : "resolved");
      }
      if (name == "Names" || name == "Values") { return names_or_values(*list, name); }
    }
    if (const WallTime* time = of.time()) {
      if (name == "Format" && args.size() == 1) {
        return Value(go_time_layout(*time, args[0].print()));
      }
      if (name == "Unix") { return Value(to_millis(*time) / 1000); }
      if (name == "UTC" || name == "Local") { return of; }
    }
    return wrong(at, fmt::format("can't evaluate field {} in type {}", name, of.type_name()));
  }

  static Value without(const Value::Map& map, std::span<const Value> args) {
    Value::Map out = map;
    for (const Value& arg : args) {
      for (const Value& key : arg.list() == nullptr ? Value::List{arg} : *arg.list()) {
        out.erase(key.print());
      }
    }
    return Value(std::move(out));
  }

  const TemplateProgram& program_;
  const TemplateContext& context_;
  std::string_view source_;
  Value root_;
  std::vector<std::pair<std::string, Value>> scope_;
  std::string out_;
  size_t steps_ = 0;
  size_t depth_ = 0;
  Flowing flowing_ = Flowing::on;
};

}  // namespace

Result<std::string> Template::expand(const TemplateContext& context) const {
  return Runner(*program_, context).run();
}

}  // namespace vigie::alerting
