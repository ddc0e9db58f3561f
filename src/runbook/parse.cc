#include "runbook/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "runbook/branch.h"
#include "runbook/executor_kind.h"
#include "runbook/markdown.h"
#include "runbook/matcher.h"

namespace vigie::runbook {

namespace {

using config::Field;
using config::FieldType;

constexpr std::string_view kPageChoices[] = {"after", "at-once"};
constexpr std::string_view kRepeatChoices[] = {"safe", "never"};
constexpr std::string_view kApproveChoices[] = {"never", "ask"};

constexpr Field kGuardFields[] = {
    {.name = "cooldown",
     .type = FieldType::duration,
     .help = "how long after a run that helped no other starts by itself for the same service",
     .fallback = "0s",
     .example = "30m"},
    {.name = "at-most",
     .type = FieldType::text,
     .help = "how many runs may start by themselves for one service in a time",
     .example = "2 per 6h"},
    {.name = "blast-radius",
     .type = FieldType::integer,
     .help = "how many services all runs together may disturb at once; 0 is no limit",
     .fallback = "1",
     .least = 0,
     .most = 1000},
};

constexpr Field kParamFields[] = {
    {.name = "help", .type = FieldType::text, .help = "what to give, for whoever is asked"},
    {.name = "default", .type = FieldType::text, .help = "what holds when nobody says"},
};

constexpr Field kFrontMatter[] = {
    {.name = "title", .type = FieldType::text, .help = "what people call it"},
    {.name = "when",
     .type = FieldType::strings,
     .help = "label matchers of the incidents it is for; of a list, any",
     .example = "alert=\"HeartbeatStalled\", stage=\"datajs\""},
    {.name = "automatic",
     .type = FieldType::boolean,
     .help = "start by itself when an incident matches; false: only suggested",
     .fallback = "false"},
    {.name = "page",
     .type = FieldType::enumeration,
     .help = "wake somebody only after a run that did not help, or at once beside it",
     .fallback = "after",
     .choices = kPageChoices},
    {.name = "guard",
     .type = FieldType::section,
     .help = "what holds a start back",
     .fields = kGuardFields},
    {.name = "params",
     .type = FieldType::map,
     .help = "values that the steps need beside the labels",
     .fields = kParamFields},
    {.name = "time-limit",
     .type = FieldType::duration,
     .help = "the longest an automatic run may take as a whole, then somebody is paged",
     .fallback = "30m",
     .least = 1,
     .most = 86400},
    {.name = "settle-within",
     .type = FieldType::duration,
     .help = "how long an incident may stay open after a run that helped, then somebody is paged",
     .fallback = "5m",
     .least = 1,
     .most = 86400},
    {.name = "symptoms",
     .type = FieldType::strings,
     .help = "what people would see; their words find this runbook for an incident"},
    {.name = "disturbs",
     .type = FieldType::strings,
     .help = "services that its steps disturb, for the blast radius; else those that its service "
             "steps name, or the incident's"},
};

constexpr Field kStepFields[] = {
    {.name = "timeout",
     .type = FieldType::duration,
     .help = "the longest one attempt may take; the kind says what holds without it",
     .least = 0.1,
     .most = 86400},
    {.name = "repeat",
     .type = FieldType::enumeration,
     .help = "may it run again when a crash of Vigie cut it and nobody knows how far it came",
     .choices = kRepeatChoices},
    {.name = "approve",
     .type = FieldType::enumeration,
     .help = "ask: wait for a person's go-ahead before the step",
     .fallback = "never",
     .choices = kApproveChoices},
};

/// Fences that a person may run by hand in a manual.
constexpr std::string_view kShells[] = {"sh", "bash", "shell", "console", "zsh", "shell-session"};
/// Executors of a later release: taking them for an illustration would skip a step silently.
constexpr std::string_view kLater[] = {"kubernetes", "docker", "systemd", "kafka",
                                       "sql",        "ssh",    "ec2",     "redis"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Info {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> options;
  std::string wrong;
};

/// "command timeout=30s dir='/srv/a b'".
Info parse_info(std::string_view text) {
  Info out;
  size_t at = 0;
  const auto word = [&](std::string_view stops) {
    std::string got;
    char quote = '\0';
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (quote == '\0' && stops.find(c) != std::string_view::npos) { break; }
      if (quote == c) {
        quote = '\0';
      } else if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      } else {
        got += c;
      }
    }
    if (quote != '\0') { out.wrong = "a quote is never closed"; }
    return got;
  };
  out.kind = word(" \t{");
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    std::string name = word(" \t=");
    if (at >= text.size() || text[at] != '=') {
      out.wrong = fmt::format("\"{}\" has no value: options are written name=value", name);
      return out;
    }
    ++at;
    out.options.emplace_back(std::move(name), word(" \t"));
  }
  return out;
}

/// The lines after `$ ` prompts, with their `> ` continuations; the whole text without prompts.
std::string without_prompts(const std::string& text) {
  std::string out;
  bool any = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const bool prompt = line.starts_with("$ ");
    any |= prompt;
    if (prompt || (any && line.starts_with("> "))) { out += std::string(line.substr(2)) + "\n"; }
  }
  return any ? out : text;
}

class Parser {
 public:
  Parser(const std::string& path, config::Problems& problems) : problems_(problems) {
    runbook_.path = path;
    runbook_.id = id_of_path(path);
  }

  Runbook parse(std::string_view text);

 private:
  config::Place place(int64_t line) const {
    return {runbook_.path, static_cast<uint32_t>(line), line == 0 ? 0U : 1U};
  }
  void read_front_matter(const std::string& yaml);
  void read_when(const config::Settings& settings);
  void read_guard(const config::Settings& guard);
  void read_params(const config::Settings& settings);
  void add_heading(const Block& block);
  void add_fence(const Block& block);
  void add_step(const Block& block, const ExecutorKind& kind, const Info& info, std::string text);
  void add_line(const Block& block);
  Section& section(int64_t line);
  void find_parameters();
  void check_references();
  void check_branches();
  void check_target(const Target& target, int64_t line);
  void check_whole();

  config::Problems& problems_;
  Runbook runbook_;
  std::set<std::string> step_ids_;
};

void Parser::read_when(const config::Settings& settings) {
  for (const std::string& text : settings.strings("when")) {
    Result<std::vector<Matcher>> matchers = parse_matchers(text);
    if (!matchers) {
      problems_.error(settings.place_of("when"), matchers.error().what,
                      "matchers look like alert=\"Name\", stage=~\"a|b\"");
      continue;
    }
    runbook_.when.push_back(*std::move(matchers));
    runbook_.when_text += (runbook_.when_text.empty() ? "" : " or ") + text;
  }
}

void Parser::read_guard(const config::Settings& guard) {
  runbook_.guard.cooldown = guard.duration("cooldown");
  runbook_.guard.blast_radius = guard.integer("blast-radius");
  if (!guard.has("at-most")) { return; }
  const auto at_most = parse_at_most(guard.text("at-most"));
  if (!at_most) {
    problems_.error(guard.place_of("at-most"), at_most.error().what, "write it like 2 per 6h");
    return;
  }
  runbook_.guard.at_most = at_most->first;
  runbook_.guard.at_most_per = at_most->second;
}

void Parser::read_params(const config::Settings& settings) {
  for (const auto& [name, param] : settings.named("params")) {
    if (!is_parameter_name(name)) {
      problems_.error(param.place(), fmt::format("\"{}\" cannot be a parameter's name", name),
                      "lower-case letters, digits and _, beginning with a letter");
      continue;
    }
    Parameter out{.name = name, .help = param.text("help"), .fallback = std::nullopt};
    if (param.has("default")) { out.fallback = param.text("default"); }
    runbook_.params.push_back(std::move(out));
  }
}

void Parser::read_front_matter(const std::string& yaml) {
  const config::Node node = config::parse_yaml(yaml, runbook_.path, problems_);
  const config::Settings settings = config::Settings::read(node, kFrontMatter, problems_);
  runbook_.title = settings.text("title");
  runbook_.automatic = settings.boolean("automatic");
  runbook_.page_at_once = settings.text("page") == "at-once";
  runbook_.time_limit = settings.duration("time-limit");
  runbook_.settle_within = settings.duration("settle-within");
  runbook_.symptoms = settings.strings("symptoms");
  runbook_.disturbs = settings.strings("disturbs");
  read_when(settings);
  read_guard(settings.section("guard"));
  read_params(settings);
  if (runbook_.automatic && runbook_.when.empty()) {
    problems_.error(settings.place_of("automatic"), "an automatic runbook must say when",
                    "add when: alert=\"…\"");
  }
}

Section& Parser::section(int64_t line) {
  if (runbook_.sections.empty()) {
    runbook_.sections.push_back({.id = "start", .title = runbook_.title, .line = line});
  }
  return runbook_.sections.back();
}

void Parser::add_heading(const Block& block) {
  if (block.level == 1 && runbook_.title.empty() && runbook_.sections.empty()) {
    runbook_.title = block.text;
    return;
  }
  std::string id = block.info.empty() ? "section" : block.info;
  const auto odd = [](char c) { return c == ' ' || c == '/' || c == '\n' || c == '"'; };
  if (std::any_of(id.begin(), id.end(), odd) || id.size() > 80) {
    problems_.error(place(block.line), fmt::format("\"{}\" cannot be an anchor", id),
                    "letters, digits and dashes");
    id = slug_of(id);
  }
  if (find_section(runbook_, id) != nullptr) {
    const int64_t first = find_section(runbook_, id)->line;
    if (!runbook_.manual) {
      problems_.error(place(block.line),
                      fmt::format("a second section \"{}\"; the first is on line {}", id, first),
                      "give it an anchor of its own: ## Title {#name}");
    }
    int number = 2;
    while (find_section(runbook_, fmt::format("{}-{}", id, number)) != nullptr) { ++number; }
    id = fmt::format("{}-{}", id, number);
  }
  runbook_.sections.push_back({.id = id, .title = block.text, .line = block.line});
}

void Parser::add_fence(const Block& block) {
  Info info = parse_info(block.info);
  const ExecutorKind* kind = find_executor(info.kind);
  if (kind != nullptr) {
    if (!info.wrong.empty()) { problems_.error(place(block.line), info.wrong); }
    add_step(block, *kind, info, block.text);
    return;
  }
  const bool shell = is_one_of(kShells, info.kind);
  if (runbook_.manual) {
    if (!shell && !info.kind.empty()) { return; }  // JSON, YAML and the like are for reading.
    info.options.clear();
    add_step(block, *find_executor("command"), info, without_prompts(block.text));
    return;
  }
  if (shell) {
    problems_.warn(place(block.line), fmt::format("a {} fence is for reading, no step", info.kind),
                   "write ```command to have it run");
  } else if (is_one_of(kLater, info.kind)) {
    problems_.error(place(block.line),
                    fmt::format("this release has no executor \"{}\"", info.kind),
                    "use command, or text when it is for reading");
  } else if (!info.options.empty()) {
    std::vector<std::string_view> names;
    for (const ExecutorKind* each : executor_kinds()) { names.push_back(each->name); }
    problems_.error(place(block.line), fmt::format("there is no executor \"{}\"", info.kind),
                    config::did_you_mean(info.kind, names));
  }
}

void Parser::add_step(const Block& block, const ExecutorKind& kind, const Info& info,
                      std::string text) {
  std::vector<config::Node::Entry> entries;
  Step step{.kind = std::string(kind.name), .text = std::move(text), .line = block.line};
  for (const auto& [name, value] : info.options) {
    if (!step.options.emplace(name, value).second) {
      problems_.error(place(block.line), fmt::format("\"{}\" is said twice", name));
      continue;
    }
    entries.push_back({config::Node::scalar(name, false, place(block.line)),
                       config::Node::scalar(value, false, place(block.line))});
  }
  const config::Node node = config::Node::map(std::move(entries), place(block.line));
  const auto settings = config::Settings::read(node, kStepFields, kind.fields, problems_);
  const auto limit = settings.has(kind.timeout_option)
                         ? settings.duration(kind.timeout_option)
                         : (settings.has("timeout") ? settings.duration("timeout") : kind.timeout);
  step.timeout = limit;
  step.repeat = kind.repeat;
  if (settings.has("repeat")) {
    step.repeat = settings.text("repeat") == "safe" ? Repeat::safe : Repeat::never;
  }
  step.ask = runbook_.manual || settings.text("approve") == "ask";
  while (step.text.ends_with('\n')) { step.text.pop_back(); }
  if (step.text.empty()) { problems_.error(place(block.line), "an empty fence does nothing"); }
  if (step.text.size() > kStepTextMax) {
    problems_.error(place(block.line), fmt::format("a step has at most {} bytes", kStepTextMax));
    step.text.resize(kStepTextMax);
  }
  if (kind.check != nullptr) {
    const Status good = kind.check(step.text, step.options);
    if (!good) { problems_.error(place(block.line), good.error().what); }
  }
  Section& home = section(block.line);
  step.title = home.title;
  step.id = home.id;
  for (int number = 2; !step_ids_.insert(step.id).second; ++number) {
    step.id = fmt::format("{}.{}", home.id, number);
  }
  home.steps.push_back(std::move(step));
}

void Parser::add_line(const Block& block) {
  if (runbook_.manual) { return; }
  Result<std::optional<BranchLine>> parsed = parse_branch(block.pieces);
  if (!parsed) {
    problems_.error(place(block.line), parsed.error().what);
    return;
  }
  if (!*parsed) { return; }
  BranchLine& line = **parsed;
  Section& home = section(block.line);
  const auto keep = [&](std::optional<Branch>& where, std::string_view what) {
    if (where) {
      problems_.error(place(block.line), fmt::format("a second `{}` in this section", what));
    } else {
      where = std::move(line.branch);
    }
  };
  switch (line.when) {
    case BranchLine::When::failure:
      keep(home.on_failure, "on failure:");
      break;
    case BranchLine::When::success:
      keep(home.then, "then:");
      break;
    case BranchLine::When::otherwise:
      home.otherwise = line.branch.target;
      break;
  }
}

/// A manual declares its parameters by writing <name> in its commands.
void Parser::find_parameters() {
  if (!runbook_.manual) { return; }
  std::set<std::string> known;
  for (const Section& each : runbook_.sections) {
    for (const Step& step : each.steps) {
      for (std::string& name : placeholders(step.text)) {
        if (!known.insert(name).second) { continue; }
        runbook_.params.push_back({.name = std::move(name), .help = "", .fallback = std::nullopt});
      }
    }
  }
}

void Parser::check_references() {
  std::set<std::string> known;
  for (const Parameter& param : runbook_.params) { known.insert(param.name); }
  for (const Section& each : runbook_.sections) {
    for (const Step& step : each.steps) {
      const Result<std::vector<std::string>> names = references(step.text);
      if (!names) {
        // Manuals quote other programs' braces: those stay as they are.
        if (!runbook_.manual) { problems_.error(place(step.line), names.error().what); }
        continue;
      }
      for (const std::string& name : *names) {
        if (name.starts_with("labels.") || known.contains(name) || runbook_.manual) { continue; }
        problems_.error(place(step.line), fmt::format("there is no parameter \"{}\"", name),
                        "name it under params: in the front matter, or write labels." + name);
      }
    }
  }
}

void Parser::check_target(const Target& target, int64_t line) {
  if (target.to != Goto::section || find_section(runbook_, target.section) != nullptr) { return; }
  std::vector<std::string> names;
  for (const Section& each : runbook_.sections) { names.push_back(each.id); }
  problems_.error(place(line), fmt::format("there is no section \"#{}\"", target.section),
                  config::did_you_mean(target.section, names));
}

void Parser::check_branches() {
  std::set<std::string> detours;
  const auto look = [&](const Target& target, int64_t line, bool detour) {
    check_target(target, line);
    if (detour && target.to == Goto::section) { detours.insert(target.section); }
  };
  for (const Section& each : runbook_.sections) {
    if (each.on_failure) {
      look(each.on_failure->target, each.line, true);
      if (each.on_failure->otherwise) { look(*each.on_failure->otherwise, each.line, true); }
    }
    if (each.then) {
      look(each.then->target, each.line, false);
      if (each.then->otherwise) { look(*each.then->otherwise, each.line, true); }
    }
    if (each.otherwise) { look(*each.otherwise, each.line, true); }
  }
  bool first = true;
  for (Section& each : runbook_.sections) {
    if (each.steps.empty() && !each.on_failure && !each.then) { continue; }
    // The first is where a run begins, whoever comes back to it.
    each.detour = !first && detours.contains(each.id);
    first = false;
  }
}

void Parser::check_whole() {
  const size_t steps = count_steps(runbook_);
  if (steps > kStepsMax) {
    problems_.error(place(0), fmt::format("a runbook has at most {} steps", kStepsMax));
    runbook_.sections.resize(std::min(runbook_.sections.size(), size_t{1}));
  }
  if (runbook_.automatic && steps == 0) {
    problems_.error(place(0), "an automatic runbook without a step does nothing",
                    "write its steps as ```command and ```verify fences");
  }
  if (!runbook_.automatic) { return; }
  for (const Parameter& param : runbook_.params) {
    if (param.fallback) { continue; }
    problems_.error(place(0),
                    fmt::format("the parameter \"{}\" has no default, and nobody is there to ask "
                                "when the runbook starts by itself",
                                param.name));
  }
}

Runbook Parser::parse(std::string_view text) {
  if (text.size() > kRunbookBytesMax) {
    problems_.error(place(0), fmt::format("a runbook has at most {} KiB", kRunbookBytesMax >> 10));
    runbook_.title = runbook_.id;
    return std::move(runbook_);
  }
  const Page page = take_apart(text);
  if (page.unclosed_line != 0) {
    problems_.error(place(page.unclosed_line), "the front matter is never closed by ---");
  }
  runbook_.manual = !page.has_front_matter;
  if (page.has_front_matter) { read_front_matter(page.front_matter); }
  for (const Block& block : page.blocks) {
    switch (block.kind) {
      case BlockKind::heading:
        add_heading(block);
        break;
      case BlockKind::fence:
        add_fence(block);
        break;
      case BlockKind::line:
        add_line(block);
        break;
    }
  }
  if (runbook_.title.empty()) { runbook_.title = runbook_.id; }
  for (Section& each : runbook_.sections) {
    if (each.title.empty()) { each.title = runbook_.title; }
    for (Step& step : each.steps) { step.title = each.title; }
  }
  find_parameters();
  check_references();
  check_branches();
  check_whole();
  return std::move(runbook_);
}

}  // namespace

Runbook parse_runbook(const std::string& path, std::string_view text, config::Problems& problems) {
  return Parser(path, problems).parse(text);
}

std::span<const Field> front_matter_fields() {
  return kFrontMatter;
}
std::span<const Field> step_fields() {
  return kStepFields;
}

std::string id_of_path(std::string_view path) {
  if (const size_t slash = path.rfind('/'); slash != std::string_view::npos) {
    path.remove_prefix(slash + 1);
  }
  if (path.ends_with(".md")) { path.remove_suffix(3); }
  return std::string(path);
}

Result<std::pair<int64_t, Millis>> parse_at_most(std::string_view text) {
  const Error wrong = error(Code::invalid, fmt::format("\"{}\" is no limit", text));
  int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc{} || count < 1 || count > 1000) { return wrong; }
  std::string_view rest = text.substr(static_cast<size_t>(end - text.data()));
  if (!rest.starts_with(" per ")) { return wrong; }
  rest.remove_prefix(5);
  const Result<Millis> per = parse_duration(rest);
  if (!per || *per <= Millis{0}) { return wrong; }
  return std::pair{count, *per};
}

}  // namespace vigie::runbook
