// Kafka: librdkafka's mock cluster on real sockets, with a door that says where it is, what its
// topics hold, and that can empty them.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <unistd.h>

#include <map>

#include "stage/kafka.h"
#include "stage/stage.h"
#include "stage/stream_health.h"

namespace vigie::stage {

namespace {

constexpr Option kOptions[] = {
    {.name = "brokers", .fallback = "1", .help = "how many brokers the cluster has"},
};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::poison};
class Broker final : public Role {
 public:
  explicit Broker(Stage& stage)
      : stage_(stage),
        ear_(stage, ""),
        generation_(fmt::format("{}-{}", ::getpid(), to_millis(stage.wall()))) {}

  Status open() override;
  Task<net::HttpReply> handle(net::HttpRequest request) override;
  void measure() override;
  void faults_changed() override;
  Status poison(std::string_view topic) override {
    return poison_topic(ear_, topic,
                        {kAlarmTopic, kOutputTopic, kCrowHeartbeatTopic, kSercommHeartbeatTopic});
  }

 private:
  Task<void> hear(Message message);
  net::HttpReply bootstrap() const;
  net::HttpReply list() const;
  Task<net::HttpReply> empty(std::string topic);
  int64_t floor(std::string_view topic) const;

  Stage& stage_;
  /// Reads every topic from its beginning, only to count and to remember.
  Kafka ear_;
  const std::string generation_;
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  std::string bootstrap_;
  std::map<std::string, int64_t, std::less<>> floors_;
};

Status Broker::open() {
  char why[200];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "2", why, sizeof why);
  host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (host_ == nullptr) { return error(Code::io, fmt::format("kafka: {}", why)); }
  const int brokers =
      static_cast<int>(std::clamp<int64_t>(stage_.options().number("brokers"), 1, 3));
  cluster_ = rd_kafka_mock_cluster_new(host_, brokers);
  if (cluster_ == nullptr) { return error(Code::io, "the mock cluster cannot be made"); }
  for (const std::string_view topic : kTopics) {
    // One partition: messages keep their order, and emptying is one number.
    rd_kafka_mock_topic_create(cluster_, std::string(topic).c_str(), 1, 1);
    stage_.metrics().count("broker_topic_in_total", "Messages written to the topic.",
                           {{"topic", std::string(topic)}}, 0);
  }
  bootstrap_ = rd_kafka_mock_cluster_bootstraps(cluster_);
  ear_.start({.topics = {std::begin(kTopics), std::end(kTopics)},
              .group = "",
              .digests_poison = true,
              .handler = [this](Message message) { return hear(std::move(message)); }});
  ear_.connect(bootstrap_);
  return ok();
}

Task<void> Broker::hear(Message message) {
  stage_.metrics().count("broker_topic_in_total", "Messages written to the topic.",
                         {{"topic", message.topic}});
  stage_.seen().add(fmt::format("{}/{}", message.topic, get_string(message.body, "id")),
                    stage_.wall());
  co_return;
}

int64_t Broker::floor(std::string_view topic) const {
  const auto found = floors_.find(topic);
  return found == floors_.end() ? 0 : found->second;
}

net::HttpReply Broker::bootstrap() const {
  json::object floors;
  for (const auto& [topic, offset] : floors_) { floors[topic] = offset; }
  return reply_json(
      200,
      json::object{{"bootstrap", bootstrap_}, {"generation", generation_}, {"floors", floors}});
}

net::HttpReply Broker::list() const {
  json::array topics;
  for (const std::string_view topic : kTopics) {
    const int64_t written = std::max<int64_t>(ear_.position(topic), 0);
    topics.push_back(json::object{{"topic", topic},
                                  {"messages", std::max<int64_t>(written - floor(topic), 0)},
                                  {"low", floor(topic)},
                                  {"high", written}});
  }
  return reply_json(200, json::object{{"topics", topics}});
}

Task<net::HttpReply> Broker::empty(std::string topic) {
  if (std::find(std::begin(kTopics), std::end(kTopics), topic) == std::end(kTopics)) {
    co_return refuse(404, "not_found", fmt::format("there is no topic \"{}\"", topic));
  }
  // What was written before the request must be gone: let the ear, which reads within a tenth of
  // a second, hear it first.
  Status slept = co_await stage_.loop().sleep_until(stage_.in(250ms));
  if (!slept) { co_return refuse(503, "cancelled", "stopping"); }
  const int64_t end = std::max<int64_t>(ear_.position(topic), 0);
  const int64_t gone = end - floor(topic);
  floors_[topic] = end;
  co_return reply_json(200, json::object{{"topic", topic}, {"removed", gone}, {"low", end}});
}

Task<net::HttpReply> Broker::handle(net::HttpRequest request) {
  constexpr std::string_view kPrefix = "/topics/";
  constexpr std::string_view kEmpty = "/empty";
  const std::string& path = request.path;
  if (request.method == "GET" && path == "/bootstrap") { co_return bootstrap(); }
  if (request.method == "GET" && path == "/topics") { co_return list(); }
  if (request.method == "POST" && path.starts_with(kPrefix) && path.ends_with(kEmpty)) {
    std::string topic = path.substr(kPrefix.size(), path.size() - kPrefix.size() - kEmpty.size());
    net::HttpReply reply = co_await empty(std::move(topic));
    co_return reply;
  }
  co_return refuse(404, "not_found", "GET /bootstrap, GET /topics or POST /topics/TOPIC/empty");
}

void Broker::measure() {
  for (const std::string_view topic : kTopics) {
    const int64_t written = std::max<int64_t>(ear_.position(topic), 0);
    stage_.metrics().gauge("broker_topic_messages", "Messages that the topic holds.",
                           {{"topic", std::string(topic)}},
                           static_cast<double>(std::max<int64_t>(written - floor(topic), 0)));
  }
}

void Broker::faults_changed() {
  if (cluster_ == nullptr) { return; }
  const Faults& faults = stage_.faults();
  const Fault* slow = faults.find(FaultKind::slow);
  rd_kafka_mock_broker_set_rtt(cluster_, -1,
                               slow == nullptr ? 0 : static_cast<int>(slow->delay.count()));
  if (faults.hung() || faults.refuses()) {
    rd_kafka_mock_broker_set_down(cluster_, -1);
  } else {
    rd_kafka_mock_broker_set_up(cluster_, -1);
  }
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Broker>(stage);
}

}  // namespace

extern const RoleKind broker_role;
constinit const RoleKind broker_role{
    .name = "broker",
    .summary = "Kafka with the platform's four topics",
    .port = 19'111,
    .options = kOptions,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
