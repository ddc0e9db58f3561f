#include "stage/testing/rehearsal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sstream>

#include "stage/role.h"

namespace vigie::stage {

Rehearsal::Rehearsal() : http_(net_.loop) {
  std::string name = "/tmp/vigie-rehearsal-XXXXXX";
  ASSERT(::mkdtemp(name.data()) != nullptr, "no temporary directory");
  dir_ = name;
}

Rehearsal::~Rehearsal() {
  for (const auto& [role, process] : processes_) {
    if (process.runs) { ::kill(process.pid, SIGKILL); }
  }
  for (auto& [role, process] : processes_) {
    if (process.runs) { wait(role); }
  }
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

uint16_t Rehearsal::read_port(int fd, const std::string& role) {
  constexpr std::string_view kWords = "listening 127.0.0.1:";
  std::string text;
  const MonoTime deadline = net_.in(20s);
  while (net_.loop.clock().mono() < deadline) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 100) <= 0) { continue; }
    char bytes[512];
    const ssize_t got = ::read(fd, bytes, sizeof bytes);
    if (got <= 0) { break; }
    text.append(bytes, static_cast<size_t>(got));
    const size_t at = text.find(kWords);
    if (at != std::string::npos && text.find('\n', at) != std::string::npos) {
      return static_cast<uint16_t>(std::stoi(text.substr(at + kWords.size())));
    }
  }
  ADD_FAILURE() << role << " does not listen: " << text;
  return 0;
}

void Rehearsal::start(const std::string& role, std::vector<std::string> flags) {
  const RoleKind* kind = find_role(role);
  ASSERT(kind != nullptr, "no role {}", role);
  Process& process = processes_[role];
  Command command;
  command.argv = {VIGIE_STAGE, role, "--data", dir_, "--port", std::to_string(process.port)};
  for (const std::string_view peer : kind->peers) {
    const auto other = processes_.find(std::string(peer));
    command.argv.push_back("--" + std::string(peer));
    command.argv.push_back(other == processes_.end() ? "off" : std::to_string(other->second.port));
  }
  if (role == "mailsink") { flags.insert(flags.begin(), {"--smtp-port", "0"}); }
  command.argv.insert(command.argv.end(), flags.begin(), flags.end());
  int ends[2];
  ASSERT(::pipe2(ends, O_CLOEXEC) == 0, "no pipe");
  const Result<Spawned> spawned = spawn_detached(command, ends[1]);
  ::close(ends[1]);
  ASSERT(spawned.has_value(), "{}: {}", role, spawned.error().what);
  process.pid = spawned->pid;
  process.pidfd = spawned->pidfd;
  process.runs = true;
  process.port = read_port(ends[0], role);
  ::close(ends[0]);
}

void Rehearsal::start_all(const std::vector<std::string>& roles) {
  for (const std::string& role : roles) { start(role); }
}

void Rehearsal::start_platform() {
  start_all({"broker", "event", "telesurveillance", "offre", "camunda", "thingsboard", "datajs",
             "dataenricher", "reporter", "devicemanagement"});
  int number = 0;
  std::string id;
  const auto flows = [&] {
    id = "warm-" + std::to_string(++number);
    return alarm(id);
  };
  EXPECT_TRUE(eventually(flows));
  EXPECT_TRUE(eventually([&] { return seen("camunda", id); })) << "alarms do not flow";
}

void Rehearsal::signal(const std::string& role, int number) {
  ::kill(processes_.at(role).pid, number);
}

Exit Rehearsal::wait(const std::string& role) {
  Process& process = processes_.at(role);
  pollfd ended{.fd = process.pidfd, .events = POLLIN, .revents = 0};
  ::poll(&ended, 1, 5'000);
  Result<Exit> exit = reap(process.pidfd);
  ::close(process.pidfd);
  process.runs = false;
  return exit ? *std::move(exit) : Exit{.code = -1, .signal = -1};
}

std::string Rehearsal::url(const std::string& role, const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(processes_.at(role).port) + path;
}

net::HttpReply Rehearsal::send(const std::string& method, const std::string& role,
                               const std::string& path, const std::string& body, Nanos patience) {
  net::HttpRequest request;
  request.method = method;
  request.url = url(role, path);
  request.body = body;
  net::HttpOptions options;
  Result<net::HttpReply> reply =
      net_.run(http_.exchange(std::move(request), std::move(options), net_.in(patience)));
  return reply ? *std::move(reply) : net::HttpReply{.status = 0};
}

net::HttpReply Rehearsal::get(const std::string& role, const std::string& path, Nanos patience) {
  return send("GET", role, path, "", patience);
}

net::HttpReply Rehearsal::post(const std::string& role, const std::string& path,
                               const json::value& body) {
  return send("POST", role, path, to_text(body));
}

json::object Rehearsal::get_json(const std::string& role, const std::string& path) {
  const net::HttpReply reply = get(role, path);
  Result<json::value> parsed = parse_json(reply.body);
  return parsed && parsed->is_object() ? parsed->get_object() : json::object{};
}

bool Rehearsal::alarm(const std::string& id, const std::string& kind) {
  const json::object body{{"id", id}, {"device", "gw-00001"}, {"kind", kind}};
  return post("reporter", "/alarm", body).status == 202;
}

bool Rehearsal::heartbeat(const std::string& id, const std::string& device) {
  const json::object body{{"id", id}, {"device", device}, {"kind", "heartbeat"}};
  return post("reporter", "/heartbeat", body).status == 202;
}

bool Rehearsal::seen(const std::string& role, const std::string& path_end) {
  return get(role, "/seen/" + path_end).status == 200;
}

void Rehearsal::fault(const std::string& role, const json::object& fault) {
  const net::HttpReply reply = post(role, "/fault", fault);
  EXPECT_EQ(reply.status, 200) << reply.body;
}

void Rehearsal::clear(const std::string& role) {
  EXPECT_EQ(send("DELETE", role, "/fault", "").status, 200);
}

double Rehearsal::metric(const std::string& role, const std::string& name) {
  std::istringstream lines(get(role, "/metrics").body);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool mine = line.starts_with(name + " ") || line.starts_with(name + "{");
    if (mine) { sum += std::stod(line.substr(line.rfind(' ') + 1)); }
  }
  return sum;
}

bool Rehearsal::eventually(const std::function<bool()>& holds, Nanos patience) {
  const MonoTime deadline = net_.in(patience);
  while (net_.loop.clock().mono() < deadline) {
    if (holds()) { return true; }
    pause(20ms);
  }
  return holds();
}

void Rehearsal::pause(Nanos time) {
  net_.loop.run_until([] { return false; }, net_.in(time));
}

}  // namespace vigie::stage
