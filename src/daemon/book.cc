#include "daemon/book.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "alerting/alerting.h"
#include "api/api.h"
#include "base/log.h"
#include "collect/collect.h"
#include "incident/incident.h"
#include "oncall/oncall.h"
#include "runbook/runbook.h"
#include "supervise/supervise.h"
#include "topology/topology.h"

namespace vigie::daemon {

namespace {

constexpr config::Section kSections[] = {
    {.room = "collect", .check = &collect::check_book},
    {.room = "alerting", .check = &alerting::check_book},
    {.room = "topology", .check = &topology::check_book},
    {.room = "incident", .check = &incident::check_book},
    {.room = "oncall", .check = &oncall::check_book},
    {.room = "runbook", .check = &runbook::check_book},
    {.room = "supervise", .check = &supervise::check_book},
    {.room = "api", .check = &api::check_book},
};

}  // namespace

void check_rooms(const config::Book& book, config::Problems& problems) {
  config::check_sections(book, kSections, problems);
}

config::Book load_and_check(const std::string& dir, config::Problems& problems) {
  config::Book book = config::load_book(dir, config::Environment::of_process(), problems);
  // What a room says about a tree that could not be read would only hide the cause.
  if (book.root.is_map()) {
    check_rooms(book, problems);
    config::warn_of_missing_files(book, problems);
  }
  return book;
}

int check_and_print(const std::string& dir, bool as_json) {
  config::Problems problems;
  const config::Book book = load_and_check(dir, problems);
  if (as_json) {
    fmt::print("{}\n", to_text(problems.to_json()));
  } else {
    fmt::print("{}", problems.text());
    if (problems.ok()) {
      fmt::print("{}: the book is good: {} files, {} services, {} chains, {} people\n", dir,
                 book.files.size(), book.root["services"].size(), book.root["chains"].size(),
                 book.root["people"].size());
    }
  }
  return problems.ok() ? 0 : 2;
}

BookAdopted adopted_event(const config::Book& book) {
  return {.hash = book.hash, .text = book.journal_text()};
}

std::string data_dir_of(const config::Book& book) {
  const std::string& written = book.root["data"].text();
  const std::filesystem::path path = written.empty() ? "data" : written;
  return std::filesystem::absolute(path.is_absolute() ? path
                                                      : std::filesystem::path(book.dir) / path)
      .lexically_normal()
      .string();
}

json::object describe_book(const config::Book& book, const std::string& url) {
  json::object out;
  out["name"] = book.root["name"].text();
  out["timezone"] = book.root["timezone"].text().empty() ? "UTC" : book.root["timezone"].text();
  out["hash"] = book.hash;
  out["url"] = url;
  json::array people;
  for (const config::Node::Entry& entry : book.root["people"].entries()) {
    const std::string& name = entry.value["name"].text();
    people.push_back(
        json::object{{"id", entry.key.text()}, {"name", name.empty() ? entry.key.text() : name}});
  }
  out["people"] = std::move(people);
  return out;
}

void configure_log(const config::Node& log) {
  const std::string& level = log["level"].text();
  const auto least = level == "debug"   ? log::Level::debug
                     : level == "warn"  ? log::Level::warn
                     : level == "error" ? log::Level::error
                                        : log::Level::info;
  log::configure(least, log["format"].text() == "json" ? log::Format::json : log::Format::text);
}

}  // namespace vigie::daemon
