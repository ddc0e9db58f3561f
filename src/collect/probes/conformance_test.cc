// What every kind of probe must keep, whatever it looks at.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/core.h>

#include "collect/probe_kind.h"
#include "config/book.h"
#include "net/testing/loopback.h"

namespace vigie::collect {
namespace {

using net::Loopback;

config::Node yaml(const std::string& text) {
  config::Problems problems;
  const config::Node node = config::parse_yaml(text, "probe.yml", problems);
  EXPECT_TRUE(problems.ok()) << text << "\n" << problems.text();
  return node;
}

class ProbeConformance : public testing::Test {
 protected:
  std::unique_ptr<Probe> make(const std::string& kind, const std::string& settings) {
    config::Problems problems;
    auto probe = make_probe(*find_probe_kind(kind), yaml(settings), context(), problems);
    EXPECT_NE(probe, nullptr) << problems.text();
    return probe;
  }
  ProbeContext context() { return {net_.loop, http_, config::Secrets("/tmp", {})}; }
  ProbeOutcome look(const std::string& kind, const std::string& settings, Nanos timeout = 5s) {
    const auto probe = make(kind, settings);
    return net_.run(probe->run(net_.in(timeout)));
  }
  Loopback net_;
  net::HttpClient http_{net_.loop};
};

TEST_F(ProbeConformance, EveryKindHasAnExampleThatParsesAndFieldsThatAreDocumented) {
  ASSERT_GE(probe_kinds().size(), 9u);
  for (const ProbeKind* kind : probe_kinds()) {
    config::Problems problems;
    EXPECT_NE(make_probe(*kind, yaml(std::string(kind->example)), context(), problems), nullptr)
        << kind->name << ": " << problems.text();
    EXPECT_FALSE(kind->summary.empty()) << kind->name;
    EXPECT_FALSE(kind->since.empty()) << kind->name;
    for (const config::Field& field : kind->fields) {
      EXPECT_FALSE(field.help.empty()) << kind->name << "." << field.name;
      EXPECT_FALSE(field.help.ends_with('.')) << kind->name << "." << field.name;
    }
    EXPECT_EQ(make_probe(*kind, yaml("{no-such-field: 1}"), context(), problems), nullptr);
    EXPECT_FALSE(problems.ok());
  }
}

/// A listener that accepts into its backlog and never says a word.
class Mute {
 public:
  explicit Mute(int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    if (type == SOCK_STREAM) { EXPECT_EQ(listen(fd_, 8), 0); }
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  ~Mute() { close(fd_); }
  uint16_t port = 0;

 private:
  int fd_;
};

struct NetworkKind {
  std::string kind, settings;  ///< {} is where the port goes.
};
std::vector<NetworkKind> network_kinds() {
  return {{"http", "{{url: \"http://127.0.0.1:{}/\"}}"},
          {"tcp", "{{address: \"127.0.0.1:{}\", expect: hello}}"},
          {"tls", "{{address: \"127.0.0.1:{}\"}}"},
          {"dns", "{{name: example.org, server: \"127.0.0.1:{}\"}}"}};
}

TEST_F(ProbeConformance, AClosedPortIsAFailureWithinTheDeadline) {
  for (const NetworkKind& each : network_kinds()) {
    uint16_t closed = 0;
    {
      const Mute gone(SOCK_STREAM);
      closed = gone.port;
    }
    const MonoTime began = net_.loop.clock().mono();
    const ProbeOutcome outcome =
        look(each.kind, fmt::format(fmt::runtime(each.settings), closed), 1s);
    EXPECT_FALSE(outcome.success) << each.kind;
    EXPECT_FALSE(outcome.why.empty()) << each.kind;
    EXPECT_LT(net_.loop.clock().mono() - began, 3s) << each.kind;
  }
}

TEST_F(ProbeConformance, AHangIsAFailureAtTheDeadline) {
  for (const NetworkKind& each : network_kinds()) {
    const Mute mute(each.kind == "dns" ? SOCK_DGRAM : SOCK_STREAM);
    const MonoTime began = net_.loop.clock().mono();
    const ProbeOutcome outcome =
        look(each.kind, fmt::format(fmt::runtime(each.settings), mute.port), 300ms);
    EXPECT_FALSE(outcome.success) << each.kind;
    EXPECT_FALSE(outcome.why.empty()) << each.kind;
    EXPECT_LT(net_.loop.clock().mono() - began, 3s) << each.kind;
  }
  EXPECT_FALSE(look("exec", "{command: [/bin/sleep, \"60\"]}", 300ms).success);
  EXPECT_FALSE(look("sleepy", "{takes: 60s}", 300ms).success);
}

Task<void> keep(Probe* probe, MonoTime deadline, bool* ended) {
  ProbeOutcome outcome = co_await probe->run(deadline);
  *ended = !outcome.success;
}

TEST_F(ProbeConformance, ACancelEndsEachAtOnce) {
  std::vector<NetworkKind> kinds = network_kinds();
  kinds.push_back({"exec", "{{command: [/bin/sleep, \"60\"]}}"});
  kinds.push_back({"sleepy", "{{takes: 60s}}"});
  for (const NetworkKind& each : kinds) {
    const Mute mute(each.kind == "dns" ? SOCK_DGRAM : SOCK_STREAM);
    const auto probe = make(each.kind, fmt::format(fmt::runtime(each.settings), mute.port));
    bool ended = false;
    TaskGroup group;
    group.spawn(keep(probe.get(), net_.in(60s), &ended));
    net_.loop.run_until([] { return false; }, net_.in(100ms));
    EXPECT_FALSE(ended) << each.kind;
    group.cancel();
    EXPECT_TRUE(net_.loop.run_until([&] { return group.size() == 0; }, net_.in(5s))) << each.kind;
    EXPECT_TRUE(ended) << each.kind;
  }
}

TEST_F(ProbeConformance, SecretsNeverShow) {
  config::Problems problems;
  const auto probe = make_probe(*find_probe_kind("http"),
                                yaml("{url: \"http://ana:hunter2@127.0.0.1:1/\", basic_auth: "
                                     "{username: ana, password: hunter2}}"),
                                context(), problems);
  ASSERT_NE(probe, nullptr) << problems.text();
  const ProbeOutcome outcome = net_.run(probe->run(net_.in(2s)));
  EXPECT_EQ(outcome.why.find("hunter2"), std::string::npos) << outcome.why;
  EXPECT_EQ(outcome.samples.text().find("hunter2"), std::string::npos);
  EXPECT_EQ(
      make_probe(*find_probe_kind("http"),
                 yaml("{url: hunter2, basic_auth: {password: [hunter2]}}"), context(), problems),
      nullptr);
}

TEST_F(ProbeConformance, ExecFollowsNagios) {
  EXPECT_TRUE(look("exec", "[/bin/true]").success);
  const ProbeOutcome critical = look("exec", "[/bin/sh, -c, \"echo; echo DISK CRITICAL; exit 2\"]");
  EXPECT_FALSE(critical.success);
  EXPECT_EQ(critical.why, "exit 2: DISK CRITICAL");
  EXPECT_NE(critical.samples.text().find("probe_exec_exit_status 2"), std::string::npos);
  EXPECT_FALSE(look("exec", "[/bin/sh, -c, \"exit 1\"]").success);
  EXPECT_TRUE(look("exec", "{command: [/bin/sh, -c, \"exit 1\"], warning-fails: false}").success);
  const ProbeOutcome missing = look("exec", "[/no/such/program]");
  EXPECT_FALSE(missing.success);
  EXPECT_FALSE(missing.why.empty());
}

TEST_F(ProbeConformance, RehearsalKindsDoAsTheyAreTold) {
  EXPECT_TRUE(look("dummy", "{}").success);
  const ProbeOutcome told = look("dummy", "{success: false, why: drill}");
  EXPECT_FALSE(told.success);
  EXPECT_EQ(told.why, "drill");
  EXPECT_TRUE(look("random", "{failing: 0}").success);
  EXPECT_FALSE(look("random", "{failing: 1}").success);
  EXPECT_TRUE(look("sleepy", "10ms").success);
}

}  // namespace
}  // namespace vigie::collect
