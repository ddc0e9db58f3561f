#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/subprocess.h"
#include "net/net.h"
#include "net/testing/loopback.h"

namespace vigie::stage {

/// Roles as real processes on free ports, with a data directory of their own; all end with it.
class Rehearsal {
 public:
  Rehearsal();
  ~Rehearsal();

  /// Waits until it listens; a role started before keeps its port. Its peers that run are told
  /// to it, those that do not are "off".
  void start(const std::string& role, std::vector<std::string> flags = {});
  void start_all(const std::vector<std::string>& roles);
  /// Everything between reporter and the ends of both chains, and waits until alarms flow.
  void start_platform();
  void signal(const std::string& role, int number);
  /// How it ended; waits at most 5 s.
  Exit wait(const std::string& role);
  pid_t pid(const std::string& role) const { return processes_.at(role).pid; }
  std::string url(const std::string& role, const std::string& path) const;
  const std::string& dir() const { return dir_; }

  /// Status 0: no answer within `patience`.
  net::HttpReply get(const std::string& role, const std::string& path, Nanos patience = 2s);
  net::HttpReply post(const std::string& role, const std::string& path, const json::value& body);
  net::HttpReply send(const std::string& method, const std::string& role, const std::string& path,
                      const std::string& body, Nanos patience = 2s);
  json::object get_json(const std::string& role, const std::string& path);
  /// Sends an alarm to reporter; true when it was accepted.
  bool alarm(const std::string& id, const std::string& kind = "intrusion");
  bool heartbeat(const std::string& id, const std::string& device);
  bool seen(const std::string& role, const std::string& path_end);
  void fault(const std::string& role, const json::object& fault);
  void clear(const std::string& role);
  /// The sum of a metric's series.
  double metric(const std::string& role, const std::string& name);

  /// Looks every 20 ms; false when it did not come true in time.
  bool eventually(const std::function<bool()>& holds, Nanos patience = 10s);
  void pause(Nanos time);
  net::Loopback& net() { return net_; }

 private:
  struct Process {
    pid_t pid = 0;
    int pidfd = -1;
    uint16_t port = 0;
    bool runs = false;
  };
  uint16_t read_port(int fd, const std::string& role);

  net::Loopback net_;
  net::HttpClient http_;
  std::string dir_;
  std::map<std::string, Process> processes_;
};

}  // namespace vigie::stage
