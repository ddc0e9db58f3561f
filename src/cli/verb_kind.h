#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace vigie::cli {

struct Option {
  std::string_view name;   ///< "--at".
  std::string_view value;  ///< "TIME"; empty for a switch.
  std::string_view help;
  std::string_view names = "";  ///< Which names complete its value: "services"...; "": none.
};

/// What was typed. Switches that were given are present with an empty value.
struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> options;
  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  std::string value(std::string_view option, std::string_view fallback = "") const {
    const auto it = options.find(option);
    return it == options.end() ? std::string(fallback) : it->second;
  }
  std::string word(size_t index) const { return index < words.size() ? words[index] : ""; }
};

/// One verb, one file.
struct VerbKind {
  std::string_view name;
  std::string_view summary;
  std::string_view words;  ///< "[TEAM]", "show ID | list": for the usage line.
  size_t words_max = 0;
  std::string_view names;  ///< Which names complete a word: "services", "chains"...; "": none.
  std::span<const Option> options;
  std::string_view example;
  int (*run)(Session& session, const Arguments& arguments);
};
std::span<const VerbKind* const> verb_kinds();

}  // namespace vigie::cli
