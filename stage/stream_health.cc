#include "stage/stream_health.h"

#include <fmt/format.h>

#include <algorithm>

#include "stage/kafka.h"
#include "stage/stage.h"

namespace vigie::stage {

json::object stream_health(const Kafka& kafka) {
  if (!kafka.connected()) { return {{"status", "STARTING"}}; }
  json::object out;
  if (!kafka.stuck_on().empty()) { out["stuck_on"] = kafka.stuck_on(); }
  return out;
}

void measure_lag(Stage& stage, const Kafka& kafka, std::initializer_list<std::string_view> topics) {
  const std::string name = fmt::format("{}_lag_messages", stage.kind().name);
  for (const std::string_view topic : topics) {
    stage.metrics().gauge(name, "Messages of the topic that were not taken yet.",
                          {{"topic", std::string(topic)}}, static_cast<double>(kafka.lag(topic)));
  }
}

Status poison_topic(Kafka& kafka, std::string_view topic,
                    std::initializer_list<std::string_view> known) {
  if (topic.empty()) { topic = *known.begin(); }
  if (std::find(known.begin(), known.end(), topic) == known.end()) {
    std::string names;
    for (const std::string_view each : known) { names += fmt::format(" {}", each); }
    return error(Code::invalid, fmt::format("\"{}\" is none of its topics:{}", topic, names));
  }
  return kafka.produce(topic, {{"id", "poison"}, {"poison", true}});
}

}  // namespace vigie::stage
