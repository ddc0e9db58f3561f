#pragma once

#include <initializer_list>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "stage/fwd.h"

/// What all consumers of topics have in common.
namespace vigie::stage {

/// Good as soon as there is a broker. A consumer that is stuck still says UP, as real ones do: only
/// what flows tells.
json::object stream_health(const Kafka& kafka);
/// ROLE_lag_messages{topic}.
void measure_lag(Stage& stage, const Kafka& kafka, std::initializer_list<std::string_view> topics);
/// Puts poison into `topic` (empty: the first of `known`). `invalid`: not one of them.
Status poison_topic(Kafka& kafka, std::string_view topic,
                    std::initializer_list<std::string_view> known);

}  // namespace vigie::stage
