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

constexpr std::string_view kBash = R"(_vigie() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} verb="" position=0 i
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
      *) if [[ -z $verb ]]; then verb=${{COMP_WORDS[i]}}; else ((position++)); fi ;;
    esac
  done
  case $verb in
    "") words="{verbs}" options+=" --version" ;;
{cases}  esac
  if [[ $current == -* ]]; then
    words=$options
  elif [[ -n $verb && $position -ge $first ]]; then
    words=""
    [[ -n $names ]] && words=$(vigie "${{book[@]}}" completion names "$names" 2>/dev/null)
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
                     fmt::arg("valued", valued_options()));
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
      out += fmt::format("complete -c vigie -n '{}' -l {}{} -d {}\n", given, option.name.substr(2),
                         option.value.empty() ? "" : " -r", quoted(option.help));
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

/// One name a line; used by the scripts.
int print_names(Session& session, const std::string& wanted) {
  for (const NameList& list : kLists) {
    if (list.names != wanted) { continue; }
    const bool teams = list.key == "oncall";
    const auto answer = session.get(teams ? "/api/vigie/who" : api_path({list.key}));
    if (!answer) { return session.fail(answer.error()); }
    std::string last;
    for (const json::value& item : items_of(answer->get_object(), list.key)) {
      const json::value* found = item.get_object().if_contains(list.field);
      if (found == nullptr || found->is_null()) { continue; }
      std::string name =
          found->is_string() ? std::string(view_of(found->get_string())) : to_text(*found);
      if (name != last) { session.print_line(name); }
      last = std::move(name);
    }
    return 0;
  }
  return session.wrong_use(fmt::format("there are no names of \"{}\"", wanted));
}

int run(Session& session, const Arguments& arguments) {
  const std::string shell = arguments.word(0).empty() ? "bash" : arguments.word(0);
  if (shell == "names") { return print_names(session, arguments.word(1)); }
  if (shell == "fish") {
    session.print(fish_script());
    return 0;
  }
  if (shell != "bash" && shell != "zsh") {
    return session.wrong_use(fmt::format("\"{}\": completion knows bash, zsh and fish", shell));
  }
  if (shell == "zsh") {
    session.print_line("autoload -U +X compinit && compinit -u");
    session.print_line("autoload -U +X bashcompinit && bashcompinit");
  }
  session.print(bash_script());
  return 0;
}

}  // namespace

extern const VerbKind completion_verb;
const VerbKind completion_verb{.name = "completion",
                               .summary = "Prints a completion script for bash, zsh or fish",
                               .words = "[bash | zsh | fish]",
                               .words_max = 2,
                               .options = {},
                               .example = "source <(vigie completion bash)",
                               .run = &run};

}  // namespace vigie::cli
