#pragma once

#include <memory>
#include <string>

#include "base/loop.h"
#include "base/result.h"

namespace vigie::collect {

/// Sends messages to Kafka; librdkafka lives behind it. Lives on: the loop that calls send.
/// Limits: 1,000 messages on their way. Closing waits for librdkafka's threads, some milliseconds.
class KafkaSender {
 public:
  /// Does not connect yet; `invalid` when librdkafka refuses the settings.
  static Result<std::unique_ptr<KafkaSender>> open(const std::string& brokers);
  ~KafkaSender();

  /// Ends when the brokers have confirmed: `timeout`, `unavailable`, `exhausted`, `cancelled`.
  Task<Status> send(Loop* loop, std::string topic, std::string key, std::string value,
                    MonoTime deadline);

 private:
  struct Impl;
  explicit KafkaSender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::collect
