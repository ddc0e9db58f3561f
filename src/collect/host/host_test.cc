#include "collect/host/host.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/log.h"
#include "base/subprocess.h"
#include "collect/exposition.h"
#include "net/testing/loopback.h"

namespace vigie::collect {
namespace {

/// A root of /proc made of what a test writes.
class FakeProc {
 public:
  FakeProc() {
    char name[] = "/tmp/vigie-proc-XXXXXX";
    dir_ = mkdtemp(name);
  }
  ~FakeProc() { std::filesystem::remove_all(dir_); }
  FakeProc& write(const std::string& path, const std::string& content) {
    const std::filesystem::path full = std::filesystem::path(dir_) / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << content;
    return *this;
  }
  const std::string& dir() const { return dir_; }

 private:
  std::string dir_;
};

std::string collect_text(const std::string& kind, CollectorContext context) {
  for (const CollectorKind* known : collector_kinds()) {
    if (known->name != kind) { continue; }
    config::Problems problems;
    const auto settings = config::Settings::read(config::Node(), known->fields, problems);
    auto collector = known->make(settings, std::move(context), problems);
    EXPECT_TRUE(problems.ok()) << problems.text();
    TextWriter out;
    const Status done = collector->collect(wall_from_millis(1'700'000'000'500), out);
    return done ? out.take() : done.error().what;
  }
  return "no such kind";
}

bool has(const std::string& text, const std::string& line) {
  const bool found = text.find("\n" + line + "\n") != std::string::npos;
  if (!found) { log::info("test", "{} is missing in\n{}", line, text); }
  return found;
}

TEST(HostCollector, ReadsProcAsNodeExporterDoes) {
  FakeProc proc;
  proc.write("stat",
             "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 100 200 300 400 500 600 700 800 900 1000\n"
             "intr 99 1 2\nctxt 77\nbtime 1600000001\nprocesses 55\nprocs_running 3\n"
             "procs_blocked 1\n")
      .write("meminfo",
             "MemTotal:       1000 kB\nActive(anon):    10 kB\nHugePages_Total:       4\n")
      .write("vmstat", "pgfault 5\npgpgin 6\nnr_free 7\noom_kill 8\n")
      .write("diskstats",
             " 8 0 sda 1 2 3 4000 5 6 7 8000 9 10000 11000 12 13 14 15000 16 17000\n"
             " 8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n 7 0 loop0 1 2 3 4 5 6 7 8 9 10 11\n")
      .write("net/dev", "Inter-| x\n face | y\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")
      .write("loadavg", "0.5 1.25 2 1/100 42\n")
      .write("sys/fs/file-nr", "128\t0\t1000\n")
      .write("pressure/io", "some avg10=0.00 total=1500000\nfull avg10=0.00 total=500000\n")
      .write("net/snmp", "Tcp: RtoMin CurrEstab\nTcp: 200 9\n")
      .write("net/sockstat", "sockets: used 6\nTCP: inuse 7 orphan 0\n");
  const std::string text = collect_text("host", {proc.dir(), proc.dir() + "/nosys", {}});
  EXPECT_TRUE(has(text, "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1"));
  EXPECT_TRUE(has(text, "node_cpu_seconds_total{cpu=\"0\",mode=\"steal\"} 8"));
  EXPECT_TRUE(has(text, "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"nice\"} 10"));
  EXPECT_TRUE(has(text, "node_intr_total 99"));
  EXPECT_TRUE(has(text, "node_context_switches_total 77"));
  EXPECT_TRUE(has(text, "node_boot_time_seconds 1600000001"));
  EXPECT_TRUE(has(text, "node_memory_MemTotal_bytes 1024000"));
  EXPECT_TRUE(has(text, "node_memory_Active_anon_bytes 10240"));
  EXPECT_TRUE(has(text, "node_memory_HugePages_Total 4"));
  EXPECT_TRUE(has(text, "node_vmstat_pgfault 5"));
  EXPECT_EQ(text.find("node_vmstat_nr_free"), std::string::npos);
  EXPECT_TRUE(has(text, "node_disk_read_bytes_total{device=\"sda\"} 1536"));
  EXPECT_TRUE(has(text, "node_disk_io_time_seconds_total{device=\"sda\"} 10"));
  EXPECT_TRUE(has(text, "node_disk_flush_requests_time_seconds_total{device=\"sda\"} 17"));
  EXPECT_EQ(text.find("sda1"), std::string::npos);
  EXPECT_EQ(text.find("loop0"), std::string::npos);
  EXPECT_TRUE(has(text, "node_network_transmit_bytes_total{device=\"eth0\"} 9"));
  EXPECT_TRUE(has(text, "node_load5 1.25"));
  EXPECT_TRUE(has(text, "node_filefd_maximum 1000"));
  EXPECT_TRUE(has(text, "node_pressure_io_stalled_seconds_total 0.5"));
  EXPECT_TRUE(has(text, "node_netstat_Tcp_CurrEstab 9"));
  EXPECT_TRUE(has(text, "node_sockstat_TCP_inuse 7"));
  EXPECT_TRUE(has(text, "node_time_seconds 1700000000.5"));
}

TEST(HostCollector, SaysWhatIsMissing) {
  EXPECT_EQ(collect_text("host", {"/nonexistent", "/nonexistent", {}}),
            "/nonexistent/stat cannot be read");
}

TEST(ProcessCollector, CountsAUnitWithItsChildren) {
  FakeProc proc;
  const std::string stat =
      " (a b) S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 3 0 1000 4096 2 "
      "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0\n";
  proc.write("stat", "btime 1000\n")
      .write("7/stat", "7" + stat)
      .write("8/stat", "8" + stat)
      .write("7/task/7/children", "8 ")
      .write("7/fd/0", "")
      .write("8/fd/0", "")
      .write("8/fd/1", "");
  const auto units = [] { return std::vector<UnitProcess>{{"web", 7, 2}, {"down", 0, 5}}; };
  const std::string text = collect_text("process", {proc.dir(), proc.dir(), units});
  EXPECT_TRUE(has(text, "vigie_unit_cpu_seconds_total{unit=\"web\"} 4"));
  EXPECT_TRUE(has(text, "vigie_unit_processes{unit=\"web\"} 2"));
  EXPECT_TRUE(has(text, "vigie_unit_open_fds{unit=\"web\"} 3"));
  EXPECT_TRUE(has(text, "vigie_unit_threads{unit=\"web\"} 6"));
  EXPECT_TRUE(has(text, "vigie_unit_start_time_seconds{unit=\"web\"} 1010"));
  EXPECT_TRUE(has(text, "vigie_unit_up{unit=\"down\"} 0"));
  EXPECT_TRUE(has(text, "vigie_unit_restarts_total{unit=\"down\"} 5"));
}

TEST(ProcessCollector, KnowsItself) {
  const std::string text = collect_text("process", {"/proc", "/sys", {}});
  EXPECT_NE(text.find("process_resident_memory_bytes "), std::string::npos);
  EXPECT_NE(text.find("process_open_fds "), std::string::npos);
}

/// Names of families with the names of their labels.
std::map<std::string, std::set<std::string>> shape(const std::string& text) {
  std::map<std::string, std::set<std::string>> out;
  ExpositionReader reader(text, Grammar::text);
  while (true) {
    const auto item = reader.next();
    EXPECT_TRUE(item.has_value()) << item.error().what;
    if (!item || *item == ExpositionReader::Item::end) { return out; }
    if (*item != ExpositionReader::Item::sample) { continue; }
    std::vector<Labels::Pair> pairs;
    EXPECT_TRUE(parse_series(reader.series(), Grammar::text, MetricType::unknown, pairs));
    const Labels labels(pairs);
    auto& names = out[std::string(labels.get(kMetricName))];
    for (const auto& [name, value] : pairs) {
      if (name != kMetricName) { names.insert(name); }
    }
  }
}

TEST(HostCollector, LooksLikeNodeExporter) {
  constexpr const char* kProgram = "/usr/bin/prometheus-node-exporter";
  if (!std::filesystem::exists(kProgram)) {
    log::info("test", "no {}: nothing to compare with", kProgram);
    return;
  }
  net::Loopback net;
  net::HttpClient http(net.loop);
  std::string theirs;
  // Its port must be named, so that a busy one is tried again beside it.
  for (uint16_t port = 19'310; port < 19'320 && theirs.empty(); ++port) {
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const auto started = spawn_detached(
        {.argv = {kProgram, "--web.listen-address=" + address}, .stdin_text = ""}, -1);
    ASSERT_TRUE(started) << started.error().what;
    for (int i = 0; i < 60 && theirs.empty(); ++i) {
      net.loop.run_until([] { return false; }, net.in(100ms));
      const auto reply = net.exchange(http, {.url = "http://" + address + "/metrics"});
      if (reply && reply->status == 200) { theirs = reply->body; }
    }
    kill_tree(started->pid, SIGKILL);
    static_cast<void>(net.run(wait_exit(net.loop, started->pidfd, net.in(5s))).has_value());
    static_cast<void>(reap(started->pidfd).has_value());
    close(started->pidfd);
  }
  ASSERT_FALSE(theirs.empty());
  const auto node = shape(theirs);
  const auto ours = shape(collect_text("host", {"/proc", "/sys", {}}));
  size_t both = 0;
  for (const auto& [family, labels] : ours) {
    const auto found = node.find(family);
    if (found == node.end()) { continue; }
    ++both;
    EXPECT_EQ(labels, found->second) << family;
  }
  for (const auto& [family, labels] : node) {
    for (const char* subject : {"node_cpu_", "node_memory_", "node_filesystem_", "node_load",
                                "node_pressure_", "node_filefd_", "node_uname_", "node_procs_",
                                "node_boot_", "node_vmstat_", "node_context_", "node_intr_"}) {
      if (family.starts_with(subject)) { EXPECT_EQ(ours.count(family), 1u) << family; }
    }
  }
  log::info("test", "{} families in common", both);
  EXPECT_GE(both, 120u);
}

}  // namespace
}  // namespace vigie::collect
