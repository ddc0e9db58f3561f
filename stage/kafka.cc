#include "stage/kafka.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/log.h"
#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr Nanos kAskEvery = 300ms;
constexpr Nanos kAskPatience = 1s;
constexpr Nanos kGlance = 250ms;
constexpr Nanos kCommitEvery = 100ms;
constexpr int kCloseMs = 150;

using Settings = std::vector<std::pair<const char*, std::string>>;

const Settings kClientSettings = {
    {"log_level", "2"},
    {"log.connection.close", "false"},
    {"socket.timeout.ms", "3000"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "500"},
    {"topic.metadata.refresh.interval.ms", "5000"},
    {"topic.metadata.refresh.fast.interval.ms", "50"},
    {"broker.address.family", "v4"},
};
const Settings kProducerSettings = {
    {"linger.ms", "2"},
    {"message.timeout.ms", "10000"},
    {"queue.buffering.max.messages", "10000"},
    {"queue.buffering.max.kbytes", "8192"},
};
const Settings kConsumerSettings = {
    {"enable.auto.commit", "false"},        {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "earliest"},      {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "100"},      {"queued.min.messages", "200"},
    {"queued.max.messages.kbytes", "1024"},
};

void apply(rd_kafka_conf_t* conf, const Settings& settings) {
  char why[200];
  for (const auto& [name, value] : settings) {
    const auto result = rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why);
    ASSERT(result == RD_KAFKA_CONF_OK, "{}={}: {}", name, value, why);
  }
}

/// nullptr when librdkafka cannot make its threads.
rd_kafka_t* open_client(rd_kafka_type_t type, const std::string& servers, const Settings& more) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  apply(conf, kClientSettings);
  apply(conf, more);
  apply(conf, {{"bootstrap.servers", servers}});
  char why[200];
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof why);
  if (client == nullptr) {
    log::error("stage", "kafka: {}", why);
    rd_kafka_conf_destroy(conf);
  }
  return client;
}

struct Partitions {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(4);
  Partitions() = default;
  Partitions(const Partitions&) = delete;
  Partitions& operator=(const Partitions&) = delete;
  ~Partitions() { rd_kafka_topic_partition_list_destroy(list); }
  void add(const std::string& topic, int64_t offset) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = offset;
  }
};

}  // namespace

struct Kafka::Impl : std::enable_shared_from_this<Kafka::Impl> {
  Impl(Stage& the_stage, std::string url)
      : stage(the_stage), broker_url(std::move(url)), bell(stage.loop(), make_bell()) {}
  ~Impl() { retire(); }

  static int make_bell() {
    const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(fd >= 0, "no eventfd");
    return fd;
  }

  void adopt(const std::string& servers);
  void retire();
  void open_consumer(const std::string& servers);
  void read_floors(const json::object& floors);
  Task<void> follow();
  Task<void> consume();
  Task<void> take(rd_kafka_message_t* raw);
  Task<void> wait_for_message();
  std::optional<Message> decode(const rd_kafka_message_t& raw, bool& poison) const;
  void commit(bool now);

  Stage& stage;
  const std::string broker_url;
  Descriptor bell;
  Reading reading;
  rd_kafka_t* producer = nullptr;
  rd_kafka_t* consumer = nullptr;
  rd_kafka_queue_t* queue = nullptr;
  std::vector<rd_kafka_topic_t*> known;
  std::string servers, generation;
  std::map<std::string, int64_t, std::less<>> floors;
  std::map<std::string, int64_t, std::less<>> taken;  ///< Next offset by topic.
  std::string stuck;
  MonoTime committed_at{};
  bool uncommitted = false;
  Pool reaper{"kafka-reaper", 1, 64};
};

void Kafka::Impl::retire() {
  if (queue != nullptr) { rd_kafka_queue_destroy(queue); }
  queue = nullptr;
  for (rd_kafka_topic_t* topic : known) { rd_kafka_topic_destroy(topic); }
  known.clear();
  for (rd_kafka_t** client : {&producer, &consumer}) {
    rd_kafka_t* old = std::exchange(*client, nullptr);
    if (old == nullptr) { continue; }
    // Destroying waits for the client's threads, so it must not happen on the loop.
    const Status queued = reaper.submit([old] {
      rd_kafka_purge(old, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      rd_kafka_destroy_flags(old, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    });
    if (!queued) { log::warn("stage", "a kafka client is left behind: {}", queued.error().what); }
  }
  taken.clear();
  stuck.clear();
  uncommitted = false;
}

void Kafka::Impl::adopt(const std::string& where) {
  retire();
  servers = where;
  producer = open_client(RD_KAFKA_PRODUCER, servers, kProducerSettings);
  for (const std::string_view topic : kTopics) {
    if (producer == nullptr) { break; }
    // Asks for the topic's leader now: the first message need not wait for it.
    known.push_back(rd_kafka_topic_new(producer, std::string(topic).c_str(), nullptr));
  }
  if (!reading.topics.empty()) { open_consumer(servers); }
}

void Kafka::Impl::open_consumer(const std::string& where) {
  Settings settings = kConsumerSettings;
  settings.emplace_back("group.id", reading.group.empty() ? "stage-ear" : reading.group);
  consumer = open_client(RD_KAFKA_CONSUMER, where, settings);
  if (consumer == nullptr) { return; }
  rd_kafka_poll_set_consumer(consumer);
  queue = rd_kafka_queue_get_consumer(consumer);
  const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, bell.fd(), &one, sizeof one);
  Partitions wanted;
  for (const std::string& topic : reading.topics) {
    wanted.add(topic, reading.group.empty() ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_STORED);
  }
  // Assigned outright: one instance per role, so nothing is to be negotiated, and a restarted one
  // reads on at once.
  const rd_kafka_resp_err_t failed = rd_kafka_assign(consumer, wanted.list);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log::error("stage", "kafka: {}", rd_kafka_err2str(failed));
  }
}

void Kafka::Impl::read_floors(const json::object& said) {
  for (const auto& [topic, floor] : said) {
    if (floor.is_int64()) { floors.insert_or_assign(std::string(topic), floor.get_int64()); }
  }
}

Task<void> Kafka::Impl::follow() {
  while (true) {
    if (!broker_url.empty()) {
      Result<json::object> door = co_await stage.get_json(broker_url + "/bootstrap", kAskPatience);
      if (!door && door.error().code == Code::cancelled) { co_return; }
      if (door) {
        const std::string now = get_string(*door, "generation");
        if (now != generation) {
          generation = now;
          floors.clear();
          adopt(get_string(*door, "bootstrap"));
        }
        if (const json::object* said = get_object(*door, "floors")) { read_floors(*said); }
      }
    }
    if (producer != nullptr) { rd_kafka_poll(producer, 0); }
    commit(false);
    Status slept = co_await stage.loop().sleep_until(stage.in(kAskEvery));
    if (!slept) { co_return; }
  }
}

Task<void> Kafka::Impl::wait_for_message() {
  Status woken = co_await bell.readable(stage.in(kGlance));
  uint64_t ignored = 0;
  while (::read(bell.fd(), &ignored, sizeof ignored) > 0) {}
}

Task<void> Kafka::Impl::consume() {
  while (true) {
    // The only place that notices the end: all other waits are short.
    Status alive = co_await stage.loop().sleep_until(stage.loop().clock().mono());
    if (!alive) { co_return; }
    Status awake = co_await stage.faults().while_hung(stage.in(1s));
    if (!awake) { continue; }
    if (!stuck.empty() || consumer == nullptr) {
      Status slept = co_await stage.loop().sleep_until(stage.in(50ms));
      if (!slept) { co_return; }
      const auto floor = floors.find(stuck);
      if (!stuck.empty() && floor != floors.end() && floor->second > taken[stuck]) {
        log::info("stage", "{} was emptied: reading on", stuck);
        taken[stuck] = floor->second;
        stuck.clear();
      }
      continue;
    }
    rd_kafka_message_t* raw = rd_kafka_consumer_poll(consumer, 0);
    if (raw == nullptr) {
      co_await wait_for_message();
      continue;
    }
    co_await take(raw);
  }
}

std::optional<Message> Kafka::Impl::decode(const rd_kafka_message_t& raw, bool& poison) const {
  Message out{.topic = rd_kafka_topic_name(raw.rkt), .offset = raw.offset, .body = {}};
  const std::string_view text(static_cast<const char*>(raw.payload), raw.len);
  Result<json::value> parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) { return std::nullopt; }
  out.body = std::move(parsed->get_object());
  poison = get_bool(out.body, "poison");
  return out;
}

Task<void> Kafka::Impl::take(rd_kafka_message_t* raw) {
  if (raw->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_message_destroy(raw);
    co_return;
  }
  bool poison = false;
  std::optional<Message> message = decode(*raw, poison);
  const std::string topic = rd_kafka_topic_name(raw->rkt);
  const int64_t offset = raw->offset;
  rd_kafka_message_destroy(raw);
  const auto floor = floors.find(topic);
  const bool emptied = floor != floors.end() && offset < floor->second;
  if (message && !emptied) {
    if (poison && !reading.digests_poison) {
      log::error("stage", "cannot digest offset {} of {}: stopped reading", offset, topic);
      taken[topic] = offset;
      stuck = topic;
      co_return;
    }
    const rd_kafka_t* before = consumer;
    co_await reading.handler(*std::move(message));
    if (consumer != before) { co_return; }
  }
  taken[topic] = offset + 1;
  uncommitted = true;
  commit(false);
}

void Kafka::Impl::commit(bool now) {
  if (!uncommitted || consumer == nullptr || reading.group.empty()) { return; }
  const MonoTime at = stage.loop().clock().mono();
  if (!now && at < committed_at + kCommitEvery) { return; }
  Partitions done;
  for (const auto& [topic, offset] : taken) { done.add(topic, offset); }
  rd_kafka_commit(consumer, done.list, 1);
  committed_at = at;
  uncommitted = false;
}

Kafka::Kafka(Stage& stage, std::string broker_url)
    : impl_(std::make_shared<Impl>(stage, std::move(broker_url))) {}

Kafka::~Kafka() = default;

void Kafka::start(Reading reading) {
  impl_->reading = std::move(reading);
  impl_->stage.tasks().spawn(impl_->follow());
  impl_->stage.tasks().spawn(impl_->consume());
}

void Kafka::start() {
  impl_->stage.tasks().spawn(impl_->follow());
}

void Kafka::connect(const std::string& servers) {
  impl_->adopt(servers);
}

Status Kafka::produce(std::string_view topic, const json::object& body) {
  if (impl_->producer == nullptr) { return error(Code::unavailable, "no broker yet"); }
  const std::string text = to_text(body);
  const std::string name(topic);
  const rd_kafka_resp_err_t failed = rd_kafka_producev(
      impl_->producer, RD_KAFKA_V_TOPIC(name.c_str()), RD_KAFKA_V_PARTITION(0),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_VALUE(const_cast<char*>(text.data()), text.size()), RD_KAFKA_V_END);
  if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) { return ok(); }
  const bool full = failed == RD_KAFKA_RESP_ERR__QUEUE_FULL;
  return error(full ? Code::exhausted : Code::unavailable, rd_kafka_err2str(failed));
}

bool Kafka::connected() const {
  return impl_->producer != nullptr;
}

const std::string& Kafka::stuck_on() const {
  return impl_->stuck;
}

int64_t Kafka::position(std::string_view topic) const {
  const auto found = impl_->taken.find(topic);
  return found == impl_->taken.end() ? -1 : found->second;
}

int64_t Kafka::lag(std::string_view topic) const {
  if (impl_->consumer == nullptr) { return 0; }
  int64_t low = 0;
  int64_t high = 0;
  // What the last fetch said: no question to the broker.
  const std::string name(topic);
  const auto failed = rd_kafka_get_watermark_offsets(impl_->consumer, name.c_str(), 0, &low, &high);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) { return 0; }
  int64_t from = std::max<int64_t>(position(topic), std::max<int64_t>(low, 0));
  if (const auto floor = impl_->floors.find(topic); floor != impl_->floors.end()) {
    from = std::max(from, floor->second);
  }
  return std::max<int64_t>(high - from, 0);
}

void Kafka::close() {
  impl_->commit(true);
  if (impl_->producer != nullptr) { rd_kafka_flush(impl_->producer, kCloseMs); }
}

}  // namespace vigie::stage
