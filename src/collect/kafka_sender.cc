#include "collect/kafka_sender.h"

#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

namespace vigie::collect {

namespace {

constexpr Nanos kPollEvery = 10ms;
constexpr int kFarewellMs = 50;

/// What became of one message; shared with librdkafka until it reports.
struct Delivery {
  bool done = false;
  rd_kafka_resp_err_t result = RD_KAFKA_RESP_ERR_NO_ERROR;
};
using DeliveryPtr = std::shared_ptr<Delivery>;

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  const std::unique_ptr<DeliveryPtr> held(static_cast<DeliveryPtr*>(message->_private));
  if (held == nullptr) { return; }
  (*held)->done = true;
  (*held)->result = message->err;
}

void say_nothing(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

struct KafkaSender::Impl {
  rd_kafka_t* handle = nullptr;
};

KafkaSender::KafkaSender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

KafkaSender::~KafkaSender() {
  rd_kafka_purge(impl_->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(impl_->handle, kFarewellMs);
  rd_kafka_destroy(impl_->handle);
}

Result<std::unique_ptr<KafkaSender>> KafkaSender::open(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[256] = {};
  const std::pair<const char*, std::string> settings[] = {{"bootstrap.servers", brokers},
                                                          {"client.id", "vigie"},
                                                          {"queue.buffering.max.messages", "1000"},
                                                          {"linger.ms", "0"},
                                                          {"message.timeout.ms", "30000"}};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return error(Code::invalid, fmt::format("kafka: {}", why));
    }
  }
  rd_kafka_conf_set_dr_msg_cb(conf, &delivered);
  rd_kafka_conf_set_log_cb(conf, &say_nothing);
  auto impl = std::make_unique<Impl>();
  impl->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (impl->handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return error(Code::unavailable, fmt::format("kafka: {}", why));
  }
  return std::unique_ptr<KafkaSender>(new KafkaSender(std::move(impl)));
}

Task<Status> KafkaSender::send(Loop* loop, std::string topic, std::string key, std::string value,
                               MonoTime deadline) {
  const auto delivery = std::make_shared<Delivery>();
  auto held = std::make_unique<DeliveryPtr>(delivery);
  const rd_kafka_resp_err_t queued = rd_kafka_producev(
      impl_->handle, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_KEY(key.data(), key.size()),
      RD_KAFKA_V_VALUE(value.data(), value.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_OPAQUE(held.get()), RD_KAFKA_V_END);
  if (queued != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Code code = queued == RD_KAFKA_RESP_ERR__QUEUE_FULL ? Code::exhausted : Code::invalid;
    co_return error(code, fmt::format("kafka topic {}: {}", topic, rd_kafka_err2str(queued)));
  }
  // From here on the delivery report owns it.
  static_cast<void>(held.release());
  while (true) {
    rd_kafka_poll(impl_->handle, 0);
    if (delivery->done) { break; }
    const MonoTime now = loop->clock().mono();
    if (now >= deadline) {
      co_return error(Code::timeout, fmt::format("kafka topic {}: no broker confirmed", topic));
    }
    const MonoTime next = std::min(now + kPollEvery, deadline);
    Status slept = co_await loop->sleep_until(next);
    VIGIE_CO_CHECK(std::move(slept));
  }
  if (delivery->result != RD_KAFKA_RESP_ERR_NO_ERROR) {
    co_return error(Code::unavailable,
                    fmt::format("kafka topic {}: {}", topic, rd_kafka_err2str(delivery->result)));
  }
  co_return ok();
}

}  // namespace vigie::collect
