#include <fmt/core.h>

#include "cli/verb_kind.h"

namespace vigie::cli {

namespace {

std::string bash_script() {
  std::string verbs;
  std::string cases;
  for (const VerbKind* verb : verb_kinds()) {
    verbs += std::string(verb->name) + " ";
    std::string words = "--json --book --help ";
    for (const Option& option : verb->options) { words += std::string(option.name) + " "; }
    // The fixed words of "[list | show ID]" are its lower-case ones.
    std::string word;
    for (const char c : std::string(verb->words) + " ") {
      if (c >= 'a' && c <= 'z') {
        word += c;
        continue;
      }
      if (word.size() > 1) { words += word + " "; }
      word.clear();
    }
    cases += fmt::format("    {}) words=\"{}\" ;;\n", verb->name, words);
  }
  return fmt::format(R"(_vigie() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words="{}--json --book --help --version"
  local verb=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in -*) ;; *) verb=$word; break ;; esac
  done
  case $verb in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _vigie vigie
)",
                     verbs, cases);
}

int run(Session& session, const Arguments& arguments) {
  const std::string shell = arguments.word(0).empty() ? "bash" : arguments.word(0);
  if (shell == "zsh") { session.print_line("autoload -U +X bashcompinit && bashcompinit"); }
  if (shell != "bash" && shell != "zsh") {
    return session.wrong_use(fmt::format("\"{}\": completion knows bash and zsh", shell));
  }
  session.print(bash_script());
  return 0;
}

}  // namespace

extern const VerbKind completion_verb;
const VerbKind completion_verb{.name = "completion",
                               .summary = "Prints a completion script for bash or zsh",
                               .words = "[bash | zsh]",
                               .words_max = 1,
                               .options = {},
                               .example = "source <(vigie completion bash)",
                               .run = &run};

}  // namespace vigie::cli
