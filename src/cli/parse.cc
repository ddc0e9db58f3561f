// The only file that sees CLI11: verbs describe themselves in tables.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/cli.h"
#include "cli/verb_kind.h"
#include "config/config.h"

namespace vigie::cli {

namespace {

struct Parsed {
  const VerbKind* verb = nullptr;
  std::map<std::string, std::string, std::less<>> values;
  std::map<std::string, bool, std::less<>> switches;
  std::vector<std::string> words;
};

void describe_options(CLI::App& command, const VerbKind& verb, Parsed& into) {
  for (const Option& option : verb.options) {
    const std::string name(option.name);
    if (option.value.empty()) {
      command.add_flag(name, into.switches[name], std::string(option.help));
    } else {
      command.add_option(name, into.values[name], std::string(option.help))
          ->type_name(std::string(option.value));
    }
  }
}

void describe(CLI::App& app, const VerbKind& verb, Parsed& into) {
  CLI::App* command = app.add_subcommand(std::string(verb.name), std::string(verb.summary));
  if (verb.words_max > 0) {
    command->add_option("words", into.words, std::string(verb.words))
        ->expected(0, static_cast<int>(verb.words_max))
        ->type_name("");
  }
  describe_options(*command, verb, into);
  command->footer(
      fmt::format("Usage: vigie {} {}\nExample: {}", verb.name, verb.words, verb.example));
  command->callback([&into, &verb] { into.verb = &verb; });
}

}  // namespace

namespace {

/// CLI11 only says that a verb is missing; a mistyped one deserves its name.
std::optional<std::string> unknown_verb(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--book") {
      ++i;
      continue;
    }
    if (word.starts_with('-')) { continue; }
    std::vector<std::string_view> names;
    for (const VerbKind* verb : verb_kinds()) {
      if (verb->name == word) { return std::nullopt; }
      names.push_back(verb->name);
    }
    const std::string hint = config::did_you_mean(word, names);
    return fmt::format("there is no verb \"{}\": {}", word,
                       hint.empty() ? std::string("vigie --help lists them") : hint);
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv, const Deps& deps) {
  if (const auto unknown = unknown_verb(argc, argv)) {
    return Session(deps, ".", false).wrong_use(*unknown);
  }
  CLI::App app("Vigie keeps watch over production services.", "vigie");
  app.require_subcommand(1);
  app.fallthrough();
  const char* from_environment = std::getenv("VIGIE_BOOK");
  std::string book = from_environment == nullptr ? "." : from_environment;
  bool as_json = false;
  bool version = false;
  app.add_option("--book", book, "directory of the watch book (default: VIGIE_BOOK, or .)")
      ->type_name("DIR");
  app.add_flag("--json", as_json, "print JSON for machines");
  app.add_flag("--version", version, "print the version");
  app.footer("Exit status: 0 good, 1 the thing asked about is bad, 2 wrong use or invalid book.");
  std::map<std::string_view, Parsed> parsed;
  for (const VerbKind* verb : verb_kinds()) { describe(app, *verb, parsed[verb->name]); }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    if (version) {
      fmt::print("vigie {}\n", deps.version);
      return 0;
    }
    return app.exit(failure) == 0 ? 0 : 2;
  }
  for (auto& [name, one] : parsed) {
    if (one.verb == nullptr) { continue; }
    Arguments arguments{.words = std::move(one.words), .options = {}};
    for (auto& [option, value] : one.values) {
      if (!value.empty()) { arguments.options.emplace(option, value); }
    }
    for (const auto& [option, given] : one.switches) {
      if (given) { arguments.options.emplace(option, ""); }
    }
    Session session(deps, book, as_json);
    return one.verb->run(session, arguments);
  }
  return 2;
}

}  // namespace vigie::cli
