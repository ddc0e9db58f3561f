#include <fmt/core.h>

#include <algorithm>

#include "cli/lists.h"

namespace vigie::cli {

namespace {

/// "list", "show" of "[list | show ID]": the first word of each alternative, where it is fixed.
std::vector<std::string> fixed_words(const VerbKind& verb) {
  std::vector<std::string> out;
  std::string_view rest = verb.words;
  if (rest.starts_with('[')) { rest = rest.substr(1, rest.rfind(']') - 1); }
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('|'), rest.size());
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (word.starts_with(' ')) { word.remove_prefix(1); }
    word = word.substr(0, word.find(' '));
    const bool fixed =
        !word.empty() && std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    if (fixed) { out.emplace_back(word); }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) { out += (out.empty() ? "" : " ") + word; }
  return out;
}

/// Options that take a value, as a pattern of the shell: "--at|--range".
std::string valued_options() {
  std::string out = "--book";
  for (const VerbKind* verb : verb_kinds()) {
    for (const Option& option : verb->options) {
      const std::string name(option.name);
      if (!option.value.empty() && out.find(name) == std::string::npos) { out += "|" + name; }
    }
  }
  return out;
}

/// What completes the values of options: "--service) value=services ;;" and the like.
std::string value_cases() {
  std::string out;
  std::string known;
  for (const VerbKind* verb : verb_kinds()) {
    for (const Option& option : verb->options) {
      const std::string name = fmt::format(" {} ", option.name);
      if (option.names.empty() || known.find(name) != std::string::npos) { continue; }
      known += name;
      out += fmt::format("    {}) value={} ;;\n", option.name, option.names);
    }
  }
  return out;
}

constexpr std::string_view kBash = R"(_vigie() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} verb="" sub="" value="" position=0 i
  local book=() options="--json --book --help" words="" names="" first=1
  COMPREPLY=()
  if [[ ${{COMP_WORDS[COMP_CWORD-1]}} == --book ]]; then
    COMPREPLY=($(compgen -d -- "$current"))
    return
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --book) book=(--book "${{COMP_WORDS[++i]}}") ;;
      {valued}) ((i++)) ;;
      -*) ;;
      *) if [[ -z $verb ]]; then verb=${{COMP_WORDS[i]}}
         else ((position++)); [[ -z $sub ]] && sub=${{COMP_WORDS[i]}}; fi ;;
    esac
  done
  case ${{COMP_WORDS[COMP_CWORD-1]}} in
{values}  esac
  case $verb in
    "") words="{verbs}" options+=" --version" ;;
{cases}  esac
  if [[ -n $value ]]; then
    words=$(vigie "${{book[@]}}" completion names "$value" 2>/dev/null)
  elif [[ $current == -* ]]; then
    words=$options
  elif [[ -n $verb && $position -ge $first ]]; then
    words=""
    [[ -n $names ]] && words=$(vigie "${{book[@]}}" completion names "$names" "$sub" 2>/dev/null)
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _vigie vigie
)";

std::string bash_script() {
  std::string verbs;
  std::string cases;
  for (const VerbKind* verb : verb_kinds()) {
    verbs += (verbs.empty() ? "" : " ") + std::string(verb->name);
    const std::vector<std::string> words = fixed_words(*verb);
    std::string options;
    for (const Option& option : verb->options) { options += " " + std::string(option.name); }
    cases += fmt::format("    {}) words=\"{}\" options+=\"{}\" names=\"{}\" first={} ;;\n",
                         verb->name, joined(words), options, verb->names, words.empty() ? 0 : 1);
  }
  return fmt::format(kBash, fmt::arg("verbs", verbs), fmt::arg("cases", cases),
                     fmt::arg("valued", valued_options()), fmt::arg("values", value_cases()));
}

/// A word for fish, in single quotes.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') { out += '\\'; }
    out += c;
  }
  return out + "'";
}

std::string fish_script() {
  std::string out =
      "complete -c vigie -f\n"
      "complete -c vigie -l book -r -a '(__fish_complete_directories)' -d 'directory of the watch "
      "book'\n"
      "complete -c vigie -l json -d 'print JSON for machines'\n";
  for (const VerbKind* verb : verb_kinds()) {
    const std::string given = fmt::format("__fish_seen_subcommand_from {}", verb->name);
    out += fmt::format("complete -c vigie -n __fish_use_subcommand -a {} -d {}\n", verb->name,
                       quoted(verb->summary));
    const std::vector<std::string> words = fixed_words(*verb);
    std::string before = given;
    if (!words.empty()) {
      const std::string all = joined(words);
      out +=
          fmt::format("complete -c vigie -n '{}; and not __fish_seen_subcommand_from {}' -a {}\n",
                      given, all, quoted(all));
      before += "; and __fish_seen_subcommand_from " + all;
    }
    if (!verb->names.empty()) {
      out += fmt::format("complete -c vigie -n '{}' -a '(vigie completion names {} 2>/dev/null)'\n",
                         before, verb->names);
    }
    for (const Option& option : verb->options) {
      const std::string values =
          option.names.empty()
              ? ""
              : fmt::format(" -a '(vigie completion names {} 2>/dev/null)'", option.names);
      out +=
          fmt::format("complete -c vigie -n '{}' -l {}{}{} -d {}\n", given, option.name.substr(2),
                      option.value.empty() ? "" : " -r", values, quoted(option.help));
    }
  }
  return out;
}

struct NameList {
  std::string_view names, key, field;
};
/// Where the names are that complete a word.
constexpr NameList kLists[] = {
    {"services", "services", "name"}, {"chains", "chains", "name"},
    {"fleets", "fleets", "name"},     {"runbooks", "runbooks", "id"},
    {"runs", "runs", "id"},           {"incidents", "incidents", "id"},
    {"teams", "oncall", "team"},
};

/// After these words only what they can act on is a good guess.
bool fits(const json::object& item, std::string_view list, std::string_view sub) {
  const std::string state = get_string(item, "state");
  if (list == "incidents") {
    const bool any = sub.empty() || sub == "show" || sub == "note";
    return any || state != "resolved";
  }
  if (list != "runs") { return true; }
  if (sub == "answer") { return state == "waiting"; }
  return sub != "cancel" || state == "waiting" || state == "running";
}

/// What the API has under a list's field; numbers as text.
Result<std::vector<std::string>> listed_names(Session& session, const NameList& list,
                                              std::string_view sub) {
  const bool teams = list.key == "oncall";
  VIGIE_TRY(const json::value answer, session.get(teams ? "/api/vigie/who" : api_path({list.key})));
  std::vector<std::string> out;
  for (const json::value& item : items_of(answer.get_object(), list.key)) {
    const json::value* found = item.get_object().if_contains(list.field);
    if (found == nullptr || found->is_null() || !fits(item.get_object(), list.names, sub)) {
      continue;
    }
    std::string name =
        found->is_string() ? std::string(view_of(found->get_string())) : to_text(*found);
    if (out.empty() || name != out.back()) { out.push_back(std::move(name)); }
  }
  return out;
}

Result<std::vector<std::string>> names_of(Session& session, const std::string& wanted,
                                          std::string_view sub) {
  if (wanted == "people") { return session.people(); }
  if (wanted == "severities") {
    return std::vector<std::string>{"critical", "error", "warning", "info"};
  }
  for (const NameList& list : kLists) {
    if (list.names == wanted) { return listed_names(session, list, sub); }
  }
  return error(Code::invalid, fmt::format("there are no names of \"{}\"", wanted));
}

/// One name a line; used by the scripts.
int print_names(Session& session, const std::string& wanted, const std::string& sub) {
  session.names_only();
  const auto names = names_of(session, wanted, sub);
  if (!names) { return session.fail(names.error()); }
  if (session.as_json()) {
    session.print_json(json::object{{"names", json::array(names->begin(), names->end())}});
    return kGood;
  }
  for (const std::string& name : *names) { session.print_line(name); }
  return kGood;
}

std::string script_for(std::string_view shell) {
  if (shell == "fish") { return fish_script(); }
  if (shell == "bash") { return bash_script(); }
  return "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n" +
         bash_script();
}

int run(Session& session, const Arguments& arguments) {
  const std::string shell = arguments.word(0).empty() ? "bash" : arguments.word(0);
  if (shell == "names") { return print_names(session, arguments.word(1), arguments.word(2)); }
  if (shell != "bash" && shell != "zsh" && shell != "fish") {
    return session.wrong_use(fmt::format("\"{}\": completion knows bash, zsh and fish", shell));
  }
  const Status few = at_most(arguments, 1, "completion [bash | zsh | fish]");
  if (!few) { return session.fail(few.error()); }
  if (session.as_json()) {
    session.print_json(json::object{{"shell", shell}, {"script", script_for(shell)}});
  } else {
    session.print(script_for(shell));
  }
  return kGood;
}

}  // namespace

extern const VerbKind completion_verb;
const VerbKind completion_verb{.name = "completion",
                               .summary = "Prints a completion script for bash, zsh or fish",
                               .words = "[bash | zsh | fish]",
                               .words_max = 3,
                               .options = {},
                               .example = "source <(vigie completion bash)",
                               .run = &run};

}  // namespace vigie::cli
