// The probes that need a peer of their own: a TLS server, a name server, an echo.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/log.h"
#include "collect/dns_message.h"
#include "collect/probe_kind.h"
#include "config/testing/temp_book.h"
#include "net/testing/certificates.h"
#include "net/testing/loopback.h"

namespace vigie::collect {
namespace {

class NetworkProbe : public testing::Test {
 protected:
  ProbeOutcome look(const std::string& kind, const std::string& settings, Nanos timeout = 5s) {
    config::Problems problems;
    const auto probe = make_probe(*find_probe_kind(kind), config::node_from(settings),
                                  {net_.loop, http_, config::Secrets("/tmp", {})}, problems);
    EXPECT_NE(probe, nullptr) << problems.text();
    return net_.run(probe->run(net_.in(timeout)));
  }
  net::Loopback net_;
  net::HttpClient http_{net_.loop};
};

Task<net::HttpReply> hello(net::HttpRequest) {
  co_return net::text_reply(200, "hello");
}

TEST_F(NetworkProbe, TlsLooksAtTheCertificate) {
  net::TestAuthority authority;
  const auto files = authority.issue("DNS:localhost,IP:127.0.0.1", Seconds(86'400));
  const net::TlsSettings tls{.cert_file = files.cert_file, .key_file = files.key_file};
  net::HttpServer server(net_.loop, {}, &hello);
  const auto port = server.listen("127.0.0.1:0", &tls);
  ASSERT_TRUE(port) << port.error().what;
  const std::string address = fmt::format("127.0.0.1:{}", *port);
  const std::string base =
      fmt::format("address: \"{}\", ca-file: \"{}\"", address, authority.ca_file());
  const ProbeOutcome good = look("tls", "{" + base + "}");
  EXPECT_TRUE(good.success) << good.why;
  EXPECT_NE(good.samples.text().find("probe_ssl_earliest_cert_expiry "), std::string::npos);
  EXPECT_NE(good.samples.text().find("probe_tls_version_info{version=\"TLS"), std::string::npos);
  const ProbeOutcome soon = look("tls", "{" + base + ", expires-after: 14d}");
  EXPECT_FALSE(soon.success);
  EXPECT_NE(soon.why.find("the certificate ends in"), std::string::npos) << soon.why;
  const ProbeOutcome stranger = look("tls", "{" + base + ", server-name: other.example}");
  EXPECT_FALSE(stranger.success) << stranger.why;
  const ProbeOutcome distrusted = look("tls", fmt::format("\"{}\"", address));
  EXPECT_FALSE(distrusted.success);
  const ProbeOutcome https =
      look("http", fmt::format("{{url: \"https://{}/\", tls_config: {{ca_file: \"{}\"}}, "
                               "body-matches: hello, expires-after: 1h}}",
                               address, authority.ca_file()));
  EXPECT_TRUE(https.success) << https.why;
  EXPECT_NE(https.samples.text().find("probe_http_ssl 1"), std::string::npos);
  net_.run(server.stop(net_.in(1s)));
}

Task<net::HttpReply> page(net::HttpRequest) {
  net::HttpReply reply = net::text_reply(200, "hello", "text/html; charset=utf-8");
  reply.headers.set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
  reply.headers.set("Server", "nginx/1.2");
  co_return reply;
}

TEST_F(NetworkProbe, HttpLooksAtTheAnswersHeaders) {
  net::HttpServer server(net_.loop, {}, &page);
  const auto port = server.listen("127.0.0.1:0");
  ASSERT_TRUE(port) << port.error().what;
  const auto ask = [&](const std::string& more) {
    return look("http", fmt::format("{{url: \"http://127.0.0.1:{}/\", {}}}", *port, more));
  };
  const ProbeOutcome good =
      ask("headers-match: {content-type: \"^text/html\"}, headers-lack: {Server: apache, X-A: b}");
  EXPECT_TRUE(good.success) << good.why;
  for (const char* line :
       {"\nprobe_failed_due_to_regex 0\n", "\nprobe_http_version 1.1\n", "\nprobe_ip_protocol 4\n",
        "\nprobe_ip_addr_hash 3668918509\n", "\nprobe_dns_lookup_time_seconds ",
        "\nprobe_http_last_modified_timestamp_seconds 784111777\n"}) {
    EXPECT_NE(good.samples.text().find(line), std::string::npos) << line << good.samples.text();
  }
  const ProbeOutcome other = ask("headers-match: {Content-Type: json}");
  EXPECT_EQ(other.why, "the header Content-Type does not match json");
  EXPECT_NE(other.samples.text().find("probe_failed_due_to_regex 1"), std::string::npos);
  EXPECT_EQ(ask("headers-match: {X-None: .}").why, "there is no header X-None to match .");
  EXPECT_EQ(ask("headers-lack: {server: nginx}").why, "the header server matches nginx");
  const ProbeOutcome tcp = look("tcp", fmt::format("\"localhost:{}\"", *port));
  EXPECT_TRUE(tcp.success) << tcp.why;
  EXPECT_NE(tcp.samples.text().find("\nprobe_ip_protocol 4\n"), std::string::npos);
  EXPECT_NE(tcp.samples.text().find("\nprobe_dns_lookup_time_seconds "), std::string::npos);
  net_.run(server.stop(net_.in(1s)));
}

TEST_F(NetworkProbe, AddressesThatCannotWorkAreRefusedWithTheirPlace) {
  const auto complaint = [&](const std::string& kind, const std::string& settings) {
    config::Problems problems;
    const auto probe =
        make_probe(*find_probe_kind(kind), config::parse_yaml(settings, "p.yml", problems),
                   {net_.loop, http_, config::Secrets()}, problems);
    return problems.text();
  };
  for (const char* wrong : {"abc", "abc:99999", "unix:", ":80", "abc:0", "::1:80"}) {
    EXPECT_EQ(complaint("tcp", fmt::format("{{address: \"{}\"}}", wrong)),
              fmt::format("p.yml:1:11: \"{}\" is not where a TCP probe can connect (write it as "
                          "host:port or unix:/path)\n",
                          wrong));
  }
  EXPECT_EQ(complaint("tcp", "\"abc:99999\"").substr(0, 10), "p.yml:1:1:");
  EXPECT_NE(complaint("tls", "\"abc:0\""), "");
  EXPECT_NE(complaint("dns", "{name: a.example, server: \"127.0.0.1:\"}"), "");
  EXPECT_NE(complaint("dns", "{name: a.example, server: \"::1\"}"), "");
  EXPECT_EQ(complaint("dns", "{name: a.example, server: \"127.0.0.1\"}"), "") << "port 53";
  EXPECT_EQ(complaint("tcp", "\"[::1]:80\""), "");
  EXPECT_EQ(complaint("tcp", "unix:/run/db.sock"), "");
  EXPECT_NE(complaint("http", "{url: \"http://a/\", headers-match: {A: \"(\"}}"), "");
}

/// A name server that answers one question with `rcode` and one address, on a thread of its own.
class OneAnswer {
 public:
  explicit OneAnswer(int rcode) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
    const timeval limit{5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    thread_ = std::thread([this, rcode] { answer(rcode); });
  }
  ~OneAnswer() {
    thread_.join();
    close(fd_);
  }
  uint16_t port = 0;

 private:
  void answer(int rcode) const {
    char bytes[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        recvfrom(fd_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 12) { return; }
    std::string reply(bytes, static_cast<size_t>(got));
    reply[2] = '\x81';
    reply[3] = static_cast<char>(0x80 | rcode);
    reply[7] = 1;
    reply += std::string("\xC0\x0C\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xC0\x00\x02\x07", 16);
    sendto(fd_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }

  int fd_;
  std::thread thread_;
};

TEST_F(NetworkProbe, DnsLooksAtTheAnswers) {
  const auto ask = [this](int rcode, const std::string& more) {
    const OneAnswer server(rcode);
    return look(
        "dns", fmt::format("{{name: example.org, server: \"127.0.0.1:{}\"{}}}", server.port, more));
  };
  const ProbeOutcome good = ask(0, ", answers: [\"^192[.]0[.]2[.]7$\"]");
  EXPECT_TRUE(good.success) << good.why;
  EXPECT_NE(good.samples.text().find("probe_dns_answer_rrs 1"), std::string::npos);
  const ProbeOutcome other = ask(0, ", answers: [\"^10[.]\"]");
  EXPECT_FALSE(other.success);
  EXPECT_EQ(other.why, "none of 1 answers matches ^10[.]");
  const ProbeOutcome absent = ask(3, "");
  EXPECT_FALSE(absent.success);
  EXPECT_EQ(absent.why, "the server answered NXDOMAIN");
  EXPECT_TRUE(ask(3, ", rcodes: [NXDOMAIN]").success);
}

TEST_F(NetworkProbe, IcmpHearsThisMachine) {
  const ProbeOutcome outcome = look("icmp", "127.0.0.1");
  if (!outcome.success && outcome.why.find("ermi") != std::string::npos) {
    log::info("test", "echo requests are not allowed here: {}", outcome.why);
    return;
  }
  EXPECT_TRUE(outcome.success) << outcome.why;
  EXPECT_NE(outcome.samples.text().find("probe_icmp_duration_seconds"), std::string::npos);
}

}  // namespace
}  // namespace vigie::collect
