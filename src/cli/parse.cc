// The only file that sees CLI11: verbs describe themselves in tables.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/verb_kind.h"
#include "config/config.h"

namespace vigie::cli {

namespace {

constexpr size_t kTypedMax = 10'000;

constexpr std::string_view kFooter = R"(Exit status:
  0  good
  1  the thing asked about is bad, or the act was refused
  2  wrong use, an unknown name, or an invalid book
  3  the daemon is not running: health, status, acts, and what only it knows
Errors go to standard error; with --json also to standard output, as
{"error": {"code", "message"}}.)";

struct Parsed {
  const VerbKind* verb = nullptr;
  std::map<std::string, std::string, std::less<>> values;
  std::map<std::string, bool, std::less<>> switches;
  std::vector<std::string> words;
};

/// Says a verb's words as its table does; CLI11 knows only that there are some.
class Help final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    for (const VerbKind* verb : verb_kinds()) {
      if (verb->name != app->get_name()) { continue; }
      return fmt::format("Usage: vigie {}{}{} [OPTIONS]\n", verb->name,
                         verb->words.empty() ? "" : " ", verb->words);
    }
    return CLI::Formatter::make_usage(app, std::move(name));
  }
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
  // Too many are refused by us, with the word that is too much.
  command->add_option("words", into.words, std::string(verb.words))
      ->expected(0, static_cast<int>(kTypedMax))
      ->group("");
  describe_options(*command, verb, into);
  command->footer(
      fmt::format("Everywhere:\n  --json                      print JSON for machines\n"
                  "  --book DIR                  directory of the watch book\n\nExample: {}",
                  verb.example));
  command->callback([&into, &verb] { into.verb = &verb; });
}

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

/// What CLI11 complains about, in our words, with the verb's help as the next step.
int wrong_words(int argc, char** argv, std::string_view complaint) {
  const VerbKind* verb = nullptr;
  std::string_view odd;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    for (const VerbKind* known : verb_kinds()) {
      if (verb == nullptr && known->name == word) { verb = known; }
    }
    if (odd.empty() && complaint.ends_with(word) && word.size() > 1) { odd = word; }
  }
  std::string hint;
  if (verb != nullptr && odd.starts_with("--")) {
    std::vector<std::string_view> names{"--json", "--book", "--help"};
    for (const Option& option : verb->options) { names.push_back(option.name); }
    hint = config::did_you_mean(odd, names);
    complaint = "there is no option ";
  } else {
    odd = {};
  }
  const std::string name = verb == nullptr ? "" : std::string(verb->name) + " ";
  fmt::print(stderr, "{} {}{}{} (vigie {}--help)\n",
             paint("vigie:", Colour::red, stderr_has_colours()), complaint, odd,
             hint.empty() ? "" : ": " + hint, name);
  return 2;
}

std::string too_many(const VerbKind& verb, const Arguments& arguments) {
  return fmt::format("\"{}\" is one word too many: use vigie {}{}{} (vigie {} --help)",
                     arguments.words[verb.words_max], verb.name, verb.words.empty() ? "" : " ",
                     verb.words, verb.name);
}

/// A status is worth nothing when what it was printed with did not arrive (a full disk).
int written(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) { return status; }
  fmt::print(stderr, "{} what was to be printed could not be written\n",
             paint("vigie:", Colour::red, stderr_has_colours()));
  return status == kGood ? kBad : status;
}

}  // namespace

int main(int argc, char** argv, const Deps& deps) {
  if (const auto unknown = unknown_verb(argc, argv)) {
    return Session(deps, ".", false).wrong_use(*unknown);
  }
  CLI::App app("Vigie keeps watch over production services.", "vigie");
  app.formatter(std::make_shared<Help>());
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
  app.footer(std::string(kFooter));
  std::map<std::string_view, Parsed> parsed;
  for (const VerbKind* verb : verb_kinds()) { describe(app, *verb, parsed[verb->name]); }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    if (version) {
      fmt::print("vigie {}\n", deps.version);
      return 0;
    }
    if (failure.get_exit_code() == 0) { return app.exit(failure); }
    return wrong_words(argc, argv, failure.what());
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
    if (arguments.words.size() > one.verb->words_max) {
      return session.wrong_use(too_many(*one.verb, arguments));
    }
    if (arguments.has("--as")) { session.act_as(arguments.value("--as")); }
    return written(one.verb->run(session, arguments));
  }
  return 2;
}

}  // namespace vigie::cli
