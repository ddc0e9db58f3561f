#include <fmt/core.h>

#include "sim/story.h"

namespace vigie::sim {

namespace {

struct Selector {
  std::string name;
  std::vector<Labels::Pair> labels;
};

/// NAME{label="x",other="y"}
Result<Selector> parse_selector(const std::string& text) {
  Selector out;
  const size_t brace = text.find('{');
  out.name = text.substr(0, brace);
  std::string_view rest =
      brace == std::string::npos ? std::string_view() : std::string_view(text).substr(brace + 1);
  while (!rest.empty() && rest.front() != '}') {
    const size_t equals = rest.find("=\"");
    const size_t end = equals == std::string_view::npos ? equals : rest.find('"', equals + 2);
    if (end == std::string_view::npos) {
      return error(Code::invalid, text + ": write NAME{label=\"value\"}");
    }
    std::string_view name = rest.substr(0, equals);
    while (!name.empty() && (name.front() == ' ' || name.front() == ',')) { name.remove_prefix(1); }
    out.labels.emplace_back(std::string(name),
                            std::string(rest.substr(equals + 2, end - equals - 2)));
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() == ',') { rest.remove_prefix(1); }
  }
  return out;
}

struct Rule {
  std::string id;
  std::vector<Labels::Pair> labels;
  StringMap annotations;
};

/// The rule of that alert in the book, as its evaluator would name it.
Result<Rule> find_rule(const config::Node& book, const std::string& alert) {
  for (const config::Node& group : book["rule_groups"].items()) {
    for (const config::Node& rule : group["rules"].items()) {
      if (rule["alert"].text() != alert) { continue; }
      Rule out;
      out.id = fmt::format("{};{};{}", group["file"].text(), group["name"].text(), alert);
      for (const config::Node::Entry& e : rule["labels"].entries()) {
        out.labels.emplace_back(e.key.text(), e.value.text());
      }
      for (const config::Node::Entry& e : rule["annotations"].entries()) {
        out.annotations[e.key.text()] = e.value.text();
      }
      return out;
    }
  }
  return error(Code::not_found, "the book has no alerting rule " + alert);
}

template <class E>
Result<E> word_to(const std::string& word) {
  for (size_t i = 0; i < EnumWords<E>::words.size(); ++i) {
    if (EnumWords<E>::words[i] == word) { return static_cast<E>(i); }
  }
  return error(Code::invalid, "\"" + word + "\" is not a word for that");
}

std::string word_at(const std::vector<std::string>& words, size_t index) {
  return index < words.size() ? words[index] : "";
}

}  // namespace

/// The event that an input line stands for.
Result<EventBody> event_of(const std::vector<std::string>& words, const config::Node& book) {
  const std::string& verb = words[0];
  if (verb == "fire" || verb == "fall") {
    VIGIE_TRY(Selector selector, parse_selector(word_at(words, 1)));
    VIGIE_TRY(Rule rule, find_rule(book, selector.name));
    std::vector<Labels::Pair> pairs = rule.labels;
    pairs.insert(pairs.end(), selector.labels.begin(), selector.labels.end());
    pairs.emplace_back("alertname", selector.name);
    Labels labels(std::move(pairs));
    if (verb == "fall") {
      return EventBody(ConditionFell{.rule = rule.id, .labels = std::move(labels)});
    }
    if (words.size() > 2) { rule.annotations["summary"] = words[2]; }
    return EventBody(ConditionRose{.rule = rule.id,
                                   .labels = std::move(labels),
                                   .annotations = std::move(rule.annotations),
                                   .value = 1});
  }
  if (verb == "health") {
    VIGIE_TRY(const Health health, word_to<Health>(word_at(words, 2)));
    return EventBody(
        HealthChanged{.service = word_at(words, 1), .health = health, .why = word_at(words, 3)});
  }
  if (verb == "flow") {
    const std::string place = word_at(words, 1);
    const size_t slash = place.find('/');
    if (slash == std::string::npos) { return error(Code::invalid, "flow CHAIN/STAGE WORD"); }
    VIGIE_TRY(const Flow flow, word_to<Flow>(word_at(words, 2)));
    return EventBody(StageFlowChanged{.chain = place.substr(0, slash),
                                      .stage = place.substr(slash + 1),
                                      .flow = flow,
                                      .value = flow == Flow::alive ? 1.0 : 0.0});
  }
  if (verb == "robot") {
    VIGIE_TRY(const RobotResult result, word_to<RobotResult>(word_at(words, 3)));
    return EventBody(RobotRoundEnded{
        .chain = word_at(words, 1),
        .message = "m1",
        .stages = {
            {.stage = word_at(words, 2), .result = result, .took = Millis{900}, .detail = {}}}});
  }
  if (verb == "start" || verb == "stop" || verb == "restart") {
    return EventBody(
        UnitAsked{.unit = word_at(words, 1), .verb = verb, .who = "ana", .via = "cli"});
  }
  return error(Code::invalid, "a story has no verb \"" + verb + "\"");
}

Status Story::happen(const Line& line) {
  const std::vector<std::string>& words = line.words;
  Conditions& conditions = world_->carriers().conditions;
  if (words[0] == "step") {
    conditions.step_answers[word_at(words, 1)].push_back(word_at(words, 2));
  } else if (words[0] == "down") {
    conditions.channel_down[word_at(words, 1)] =
        words.size() > 2 ? words[2] : "it cannot be reached";
  } else if (words[0] == "up") {
    conditions.channel_down.erase(word_at(words, 1));
  } else if (words[0] == "disk") {
    world_->refuse_writes(word_at(words, 1) == "full"
                              ? std::optional(error(Code::exhausted, "the disk is full"))
                              : std::nullopt);
  } else if (words[0] == "clock") {
    const std::string by = word_at(words, 1);
    VIGIE_TRY(const Millis size, parse_duration(std::string_view(by).substr(1)));
    world_->jump_clock(by[0] == '-' ? -size : size);
  } else if (words[0] == "kill") {
    const auto exited =
        world_->carriers().kill_unit(word_at(words, 1), std::stoi(word_at(words, 2)));
    if (!exited) { return wrong("that unit has no process"); }
    world_->tell(*exited);
  } else {
    VIGIE_TRY(EventBody event, event_of(words, world_->book()));
    world_->tell(std::move(event));
  }
  return ok();
}

Status Story::person_acts(const Line& line) {
  const std::vector<std::string>& words = line.words;
  const std::string who = word_at(words, 1);
  if (words[0] == "declare") {
    world_->tell(DeclareAsked{.title = word_at(words, 2),
                              .service = word_at(words, 3),
                              .severity = "critical",
                              .who = who,
                              .via = "cli",
                              .note = {}});
    return ok();
  }
  if (words[0] == "run") {
    world_->tell(RunAsked{
        .runbook = word_at(words, 2), .incident = {}, .params = {}, .who = who, .via = "cli"});
    return ok();
  }
  if (words[0] == "answer") {
    world_->tell(StepAnswered{.run = {std::stoull(word_at(words, 2))},
                              .step = word_at(words, 3),
                              .answer = word_at(words, 4),
                              .who = who,
                              .via = "cli"});
    return ok();
  }
  IncidentId incident{words.size() > 2 ? std::stoull(words[2]) : 0};
  const json::value incidents = world_->view("incident", "incidents");
  for (const json::value& item : incidents.get_array()) {
    const json::object& one = item.get_object();
    if (incident || get_string(one, "state") == "resolved") { continue; }
    incident = {static_cast<uint64_t>(get_int(one, "id"))};
  }
  if (!incident) { return wrong("there is no open incident"); }
  if (words[0] == "ack") {
    world_->tell(AckAsked{.incident = incident, .who = who, .via = "cli", .note = {}});
  }
  if (words[0] == "take") {
    world_->tell(TakeAsked{.incident = incident, .who = who, .via = "cli", .note = {}});
  }
  if (words[0] == "resolve") {
    world_->tell(ResolveAsked{.incident = incident, .who = who, .via = "cli", .note = {}});
  }
  return ok();
}

}  // namespace vigie::sim
