#include <fmt/core.h>

#include "sim/story.h"

namespace vigie::sim {

namespace {

std::string describe(const Delivered& one) {
  if (const auto* page = std::get_if<Page>(&one.body)) {
    return fmt::format("{} {} \"{}\"{}", page->person, page->channel, page->subject,
                       one.repeat ? " repeat" : "");
  }
  if (const auto* notify = std::get_if<Notify>(&one.body)) {
    return fmt::format("receiver {} {}", notify->receiver, notify->status);
  }
  if (const auto* step = std::get_if<RunStep>(&one.body)) { return "step " + step->step; }
  return one.key;
}

bool is_message(const Delivered& one) {
  return std::holds_alternative<Page>(one.body) || std::holds_alternative<Notify>(one.body);
}

bool contains(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

size_t alerts_in(const Notify& notify) {
  const auto payload = parse_json(notify.payload);
  const json::array* alerts =
      payload && payload->is_object() ? get_array(payload->get_object(), "alerts") : nullptr;
  return alerts == nullptr ? 0 : alerts->size();
}

std::string word_at(const std::vector<std::string>& words, size_t index) {
  return index < words.size() ? words[index] : "";
}

/// The item of a view's list whose `key` has that text.
const json::object* item_where(const json::value& list, std::string_view key,
                               const std::string& text) {
  if (!list.is_array()) { return nullptr; }
  for (const json::value& item : list.get_array()) {
    const json::object& object = item.get_object();
    const json::value* value = object.if_contains(key);
    if (value == nullptr) { continue; }
    const std::string found =
        value->is_string() ? std::string(view_of(value->get_string())) : to_text(*value);
    if (found == text) { return &object; }
  }
  return nullptr;
}

}  // namespace

Status Story::expect(const Line& line) {
  const std::string& what = word_at(line.words, 1);
  if (what == "silence") { return expect_silence(); }
  for (const char* count : {"incidents", "steps", "starts"}) {
    if (what == count) { return expect_count(line); }
  }
  if (what == "timeline" || what == "next") { return expect_words(line); }
  for (const char* state : {"incident", "alert", "run", "unit", "chain", "victim", "no"}) {
    if (what == state) { return expect_state(line); }
  }
  return expect_delivery(line);
}

Status Story::expect_delivery(const Line& line) {
  return word_at(line.words, 1) == "receiver" ? expect_receiver(line) : expect_page(line);
}

Status Story::expect_page(const Line& line) {
  const std::vector<std::string>& words = line.words;
  const auto& delivered = world_->carriers().delivered();
  std::string instead;
  for (size_t i = checked_; i < delivered.size(); ++i) {
    if (!is_message(delivered[i])) { continue; }
    instead += "\n    " + describe(delivered[i]);
    const auto* page = std::get_if<Page>(&delivered[i].body);
    if (page == nullptr || page->person != words[1] || page->channel != word_at(words, 2)) {
      continue;
    }
    if (!contains(page->subject + "\n" + page->text, word_at(words, 3))) { continue; }
    if ((word_at(words, 4) == "repeat") != delivered[i].repeat) { continue; }
    checked_ = i + 1;
    return ok();
  }
  return wrong(instead.empty() ? "nothing was delivered" : "delivered instead:" + instead);
}

Status Story::expect_receiver(const Line& line) {
  const std::vector<std::string>& words = line.words;
  const auto& delivered = world_->carriers().delivered();
  std::string instead;
  for (size_t i = checked_; i < delivered.size(); ++i) {
    if (!is_message(delivered[i])) { continue; }
    instead += "\n    " + describe(delivered[i]);
    const auto* notify = std::get_if<Notify>(&delivered[i].body);
    if (notify == nullptr || notify->receiver != word_at(words, 2)) { continue; }
    if (notify->status != word_at(words, 3)) { continue; }
    if (words.size() > 4 && std::to_string(alerts_in(*notify)) != words[4]) { continue; }
    checked_ = i + 1;
    return ok();
  }
  return wrong(instead.empty() ? "nothing was delivered" : "delivered instead:" + instead);
}

Status Story::expect_silence() {
  const auto& delivered = world_->carriers().delivered();
  for (size_t i = checked_; i < delivered.size(); ++i) {
    if (is_message(delivered[i])) { return wrong("delivered: " + describe(delivered[i])); }
  }
  checked_ = delivered.size();
  return ok();
}

Status Story::expect_count(const Line& line) {
  const std::vector<std::string>& words = line.words;
  size_t found = 0;
  if (words[1] == "incidents") {
    found = world_->view("incident", "incidents").get_array().size();
  } else if (words[1] == "starts") {
    found = world_->carriers().starts(word_at(words, 2));
  } else {
    for (const Delivered& one : world_->carriers().delivered()) {
      const auto* step = std::get_if<RunStep>(&one.body);
      found += step != nullptr && step->step == word_at(words, 2) ? 1 : 0;
    }
  }
  return std::to_string(found) == words.back() ? ok()
                                               : Status(wrong(fmt::format("it is {}", found)));
}

Status Story::expect_words(const Line& line) {
  const std::vector<std::string>& words = line.words;
  if (words[1] == "next") {
    for (const char* room : {"runbook", "oncall"}) {
      const json::value next = world_->view(room, "next/" + word_at(words, 2));
      if (!next.is_object()) { continue; }
      const std::string found = get_string(next.get_object(), "what");
      if (contains(found, word_at(words, 3))) { return ok(); }
      return wrong("next is: " + found);
    }
    return wrong("nothing comes next");
  }
  const json::value incident = world_->view("incident", "incidents/" + word_at(words, 2));
  std::string all;
  if (incident.is_object()) {
    for (const json::value& item : *get_array(incident.get_object(), "timeline")) {
      const json::object& entry = item.get_object();
      const std::string text = fmt::format("{} {} {}", get_string(entry, "text"),
                                           get_string(entry, "who"), get_string(entry, "why"));
      if (contains(text, word_at(words, 3))) { return ok(); }
      all += "\n    " + text;
    }
  }
  return wrong("the timeline says:" + all);
}

Status Story::expect_state(const Line& line) {
  const std::vector<std::string>& words = line.words;
  const std::string& kind = words[1];
  const std::string name = word_at(words, 2);
  if (kind == "no") {
    const json::value incidents = world_->view("incident", "incidents");
    return incidents.get_array().empty() ? ok() : Status(wrong(to_text(incidents)));
  }
  json::value list;
  std::string key = "name";
  if (kind == "incident") {
    list = world_->view("incident", "incidents");
    key = "id";
  } else if (kind == "run") {
    list = world_->view("runbook", "runs");
    key = "runbook";
  } else if (kind == "unit") {
    list = world_->view("supervise", "units");
  } else if (kind == "chain") {
    list = world_->view("topology", "chains");
  } else if (kind == "victim") {
    list = world_->view("topology", "services");
  } else {
    const json::value alerts = world_->view("alerting", "alerts");
    for (const json::value& item : alerts.get_array()) {
      const json::object* labels = get_object(item.get_object(), "labels");
      if (labels == nullptr || get_string(*labels, "alertname") != name) { continue; }
      const std::string state = get_string(item.get_object(), "state");
      return state == word_at(words, 3) ? ok() : Status(wrong("it is " + state));
    }
    return word_at(words, 3) == "absent" ? ok() : Status(wrong("there is no such alert"));
  }
  const json::object* found = item_where(list, key, name);
  if (found == nullptr) { return wrong("not found in " + to_text(list)); }
  if (kind == "victim") {
    const std::string cause = get_string(*found, "cause");
    return cause == word_at(words, 4) ? ok() : Status(wrong("its cause is \"" + cause + "\""));
  }
  const std::string state = get_string(*found, "state");
  if (state != word_at(words, 3)) { return wrong("it is " + state + ": " + to_text(*found)); }
  if (words.size() > 4) {
    const std::string title =
        kind == "chain" ? get_string(*found, "broken_stage") : get_string(*found, "title");
    if (!contains(title, words[4])) { return wrong("it says \"" + title + "\""); }
  }
  return ok();
}

}  // namespace vigie::sim
