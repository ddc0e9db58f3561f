#include "stage/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "stage/role.h"

namespace vigie::stage {

namespace {

constexpr Option kCommon[] = {
    {.name = "port", .fallback = "", .help = "on 127.0.0.1; 0 picks one and prints it"},
    {.name = "data", .fallback = "", .help = "a directory for what outlives a restart"},
};

/// Digits only, or nothing.
std::optional<int64_t> integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
  return value;
}

const Option* find_option(const RoleKind& kind, std::string_view name) {
  for (const Option& option : kCommon) {
    if (option.name == name) { return &option; }
  }
  for (const Option& option : kind.options) {
    if (option.name == name) { return &option; }
  }
  return nullptr;
}

/// A value must be of the sort of its fallback: a number, a duration, or any text.
Status check_value(const Option& option, const std::string& value) {
  if (option.name == "port") {
    const std::optional<int64_t> port = integer(value);
    if (!port || *port < 0 || *port > 65'535) {
      return error(Code::invalid, fmt::format("--port {}: not a port", value));
    }
    return ok();
  }
  if (integer(option.fallback)) {
    const std::optional<int64_t> number = integer(value);
    if (!number || *number < 0 || *number > 1'000'000) {
      return error(Code::invalid,
                   fmt::format("--{} {}: not a number from 0 to 1000000", option.name, value));
    }
    return ok();
  }
  if (!parse_duration(option.fallback)) { return ok(); }
  const Result<Millis> read = parse_duration(value);
  if (!read || *read <= Millis{0}) {
    return error(Code::invalid,
                 fmt::format("--{} {}: not a duration such as 10s", option.name, value));
  }
  return ok();
}

std::string variable_of(std::string_view role) {
  std::string out = "STAGE_";
  for (const char c : role) { out += static_cast<char>(std::toupper(c)); }
  return out;
}

}  // namespace

Result<Options> Options::parse(const RoleKind& kind, const std::vector<std::string>& arguments) {
  Options out;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    std::string_view name = arguments[i];
    if (!name.starts_with("--")) {
      return error(Code::invalid, fmt::format("expected a flag, not \"{}\"", name));
    }
    name.remove_prefix(2);
    if (i + 1 == arguments.size()) {
      return error(Code::invalid, fmt::format("--{} needs a value", name));
    }
    const bool peer = std::find(kind.peers.begin(), kind.peers.end(), name) != kind.peers.end();
    const Option* option = find_option(kind, name);
    if (!peer && option == nullptr) {
      return error(Code::invalid, fmt::format("{} has no flag --{}", kind.name, name));
    }
    if (option != nullptr) { VIGIE_CHECK(check_value(*option, arguments[i + 1])); }
    out.values_.insert_or_assign(std::string(name), arguments[i + 1]);
  }
  for (const Option& option : kind.options) {
    out.values_.try_emplace(std::string(option.name), option.fallback);
  }
  out.values_.try_emplace("port", std::to_string(kind.port));
  out.values_.try_emplace("data", "");
  for (const std::string_view peer : kind.peers) {
    const RoleKind* other = find_role(peer);
    const char* set = std::getenv(variable_of(peer).c_str());
    std::string fallback = other == nullptr ? "off" : std::to_string(other->port);
    if (set != nullptr && *set != '\0') { fallback = set; }
    out.values_.try_emplace(std::string(peer), std::move(fallback));
  }
  return out;
}

const std::string& Options::text(std::string_view name) const {
  static const std::string none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

int64_t Options::number(std::string_view name) const {
  return integer(text(name)).value_or(0);
}

Millis Options::duration(std::string_view name) const {
  return parse_duration(text(name)).value_or(Millis{0});
}

std::string Options::peer(std::string_view role) const {
  const std::string& said = text(role);
  if (said.empty() || said == "off") { return ""; }
  if (integer(said)) { return "http://127.0.0.1:" + said; }
  if (said.find("://") == std::string::npos) { return "http://" + said; }
  return said;
}

std::string describe(const RoleKind& kind) {
  std::string out = fmt::format("vigie-stage {}: {}\n", kind.name, kind.summary);
  const auto add = [&out](std::string_view flag, std::string_view fallback, std::string_view help) {
    out += fmt::format("  --{:<18} {}{}\n", flag, help,
                       fallback.empty() ? "" : fmt::format(" (default {})", fallback));
  };
  for (const Option& option : kCommon) {
    add(option.name, option.name == "port" ? std::to_string(kind.port) : "", option.help);
  }
  for (const Option& option : kind.options) { add(option.name, option.fallback, option.help); }
  for (const std::string_view peer : kind.peers) {
    add(peer, "",
        fmt::format("where it is: a port, host:port, URL or off; else {}", variable_of(peer)));
  }
  out += "  faults: ";
  for (const FaultKind fault : kCommonFaults) { out += fmt::format("{} ", name_of(fault)); }
  for (const FaultKind fault : kind.faults) { out += fmt::format("{} ", name_of(fault)); }
  out.back() = '\n';
  return out;
}

}  // namespace vigie::stage
