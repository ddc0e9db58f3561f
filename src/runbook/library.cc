#include "runbook/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runbook/executor_kind.h"
#include "runbook/parse.h"
#include "runbook/runbook.h"

namespace vigie::runbook {

namespace {

config::Place place_in(const Runbook& runbook, int64_t line) {
  return {runbook.path, static_cast<uint32_t>(line), line == 0 ? 0U : 1U};
}

std::vector<std::string> keys_of(const config::Node& map) {
  std::vector<std::string> out;
  for (const config::Node::Entry& entry : map.entries()) { out.push_back(entry.key.text()); }
  return out;
}

void check_services(const Runbook& runbook, const config::Node& services,
                    config::Problems& problems) {
  const std::vector<std::string> names = keys_of(services);
  const auto unknown = [&](const std::string& name, int64_t line) {
    problems.error(place_in(runbook, line), fmt::format("there is no service \"{}\"", name),
                   config::did_you_mean(name, names));
  };
  for (const std::string& name : runbook.disturbs) {
    if (!services.has(name)) { unknown(name, 0); }
  }
  for (const Section& section : runbook.sections) {
    for (const Step& step : section.steps) {
      const ExecutorKind* kind = find_executor(step.kind);
      if (kind == nullptr || kind->disturbed == nullptr) { continue; }
      if (step.text.find("{{") != std::string::npos) { continue; }
      const std::string name = kind->disturbed(step.text);
      if (name.empty()) { continue; }
      if (!services.has(name)) {
        unknown(name, step.line);
      } else if (!services[name]["run"].is_map()) {
        problems.error(place_in(runbook, step.line),
                       fmt::format("the service \"{}\" is not run by Vigie", name),
                       "give it run: {process: …}, or use command");
      }
    }
  }
}

/// `when` that names a chain, stage or service nobody has can never hold.
void check_when(const Runbook& runbook, const config::Node& root, config::Problems& problems) {
  std::map<std::string, std::vector<std::string>> known;
  known["service"] = keys_of(root["services"]);
  known["chain"] = keys_of(root["chains"]);
  for (const config::Node::Entry& chain : root["chains"].entries()) {
    for (const config::Node& stage : chain.value["stages"].items()) {
      known["stage"].push_back(stage["name"].text());
    }
  }
  for (const std::vector<Matcher>& matchers : runbook.when) {
    for (const Matcher& matcher : matchers) {
      const auto names = known.find(matcher.label);
      if (matcher.op != "=" || names == known.end() || names->second.empty()) { continue; }
      const auto& all = names->second;
      if (std::find(all.begin(), all.end(), matcher.value) != all.end()) { continue; }
      problems.warn(place_in(runbook, 0),
                    fmt::format("when: there is no {} \"{}\"", matcher.label, matcher.value),
                    config::did_you_mean(matcher.value, all));
    }
  }
}

void check_alike(const std::vector<Runbook>& runbooks, config::Problems& problems) {
  std::map<std::string, const Runbook*> seen;
  for (const Runbook& runbook : runbooks) {
    if (!runbook.automatic) { continue; }
    const auto [found, fresh] = seen.emplace(runbook.when_text, &runbook);
    if (fresh) { continue; }
    problems.warn(place_in(runbook, 0),
                  fmt::format("{} starts by itself for the same incidents, and goes first",
                              found->second->path));
  }
}

}  // namespace

std::vector<SourceFile> runbook_files(const config::Node& root) {
  std::vector<SourceFile> out;
  const config::Node files = root["runbook_files"];
  for (const config::Node& file : files.items()) {
    out.push_back({file["path"].text(), file["text"].text()});
  }
  return out;
}

std::vector<Runbook> parse_runbooks(const std::vector<SourceFile>& files,
                                    config::Problems& problems) {
  std::map<std::string, Runbook> by_id;
  for (const SourceFile& file : files) {
    Runbook runbook = parse_runbook(file.path, file.text, problems);
    const auto [found, fresh] = by_id.emplace(runbook.id, std::move(runbook));
    if (fresh) { continue; }
    problems.error({file.path, 0, 0},
                   fmt::format("{} is called \"{}\" too", found->second.path, found->first),
                   "rename one of the files");
  }
  std::vector<Runbook> out;
  for (auto& [id, runbook] : by_id) { out.push_back(std::move(runbook)); }
  return out;
}

const Runbook* find_runbook(const std::vector<Runbook>& runbooks, std::string_view id) {
  for (const Runbook& runbook : runbooks) {
    if (runbook.id == id) { return &runbook; }
  }
  return nullptr;
}

void check_book(const config::Node& root, config::Problems& problems) {
  const std::vector<Runbook> runbooks = parse_runbooks(runbook_files(root), problems);
  for (const Runbook& runbook : runbooks) {
    check_services(runbook, root["services"], problems);
    check_when(runbook, root, problems);
  }
  check_alike(runbooks, problems);
}

}  // namespace vigie::runbook
