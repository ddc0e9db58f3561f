// 10,000 connections that do nothing must cost next to nothing.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/disk.h"
#include "net/net.h"
#include "net/testing/loopback.h"

namespace vigie::net {
namespace {

constexpr size_t kConnections = 10'000;
constexpr size_t kGrowthMax = 200 << 20;
constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Task<HttpReply> hello(HttpRequest) {
  co_return text_reply(200, "hello");
}

size_t resident_bytes() {
  const std::string text = *real_disk().read_file("/proc/self/statm", 1000);
  const size_t pages = std::stoul(text.substr(text.find(' ')));
  return pages * static_cast<size_t>(getpagesize());
}

/// The client is a process of its own: both ends together have more descriptors than most limits
/// allow. Plain blocking calls; then it waits for its end, which is also ours.
[[noreturn]] void be_ten_thousand_clients(uint16_t port) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char answer[1000];
  for (size_t i = 0; i < kConnections; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
        ::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0 ||
        ::recv(fd, answer, sizeof answer, 0) <= 0) {
      ::_exit(1);
    }
  }
  while (true) { ::pause(); }
}

bool allow_descriptors(size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < count) { return false; }
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

TEST(IdleConnections, TenThousandStayUnder200Megabytes) {
  ASSERT_TRUE(allow_descriptors(kConnections + 100)) << "raise the limit of open files";
  Loopback net;
  HttpServer server(net.loop, {.idle_wait_max = 10min}, hello);
  const uint16_t port = *server.listen("127.0.0.1:0");
  // What earlier tests left in the heap would otherwise be filled first, unseen.
  ::malloc_trim(0);
  const size_t before = resident_bytes();

  const pid_t client = ::fork();
  if (client == 0) { be_ten_thousand_clients(port); }
  const auto all_served = [&] {
    const HttpServer::Telemetry now = server.telemetry();
    return now.requests == kConnections && now.in_flight == 0;
  };
  EXPECT_TRUE(net.loop.run_until(all_served, net.in(120s)));
  EXPECT_EQ(server.telemetry().connections, kConnections);

  const size_t growth = resident_bytes() - before;
  RecordProperty("bytes_per_connection", static_cast<int>(growth / kConnections));
  fmt::print("{} bytes for each idle connection\n", growth / kConnections);
  EXPECT_LT(growth, kGrowthMax);

  ::kill(client, SIGKILL);
  ::waitpid(client, nullptr, 0);
  net.run(server.stop(net.in(30s)));
  EXPECT_EQ(server.telemetry().connections, 0u);
}

}  // namespace
}  // namespace vigie::net
