#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::topology {

struct Service {
  std::string name, team, environment;
  std::vector<std::string> needs;  ///< Names, sorted.
  std::vector<std::string> symptoms;
};

struct Stage {
  std::string name, service, flow;
  std::string topic;          ///< "cluster/topic" of a Kafka stage.
  std::vector<size_t> after;  ///< Stages it gets its input from, by index; empty: the first.
};

struct Chain {
  std::string name;
  std::vector<Stage> stages;  ///< Every stage stands behind those it comes after.
  bool has_robot = false;
  Millis robot_every{0};

  /// Index, or stages.size().
  size_t find(std::string_view stage) const;
};

struct Settings {
  std::map<std::string, Service> services;
  std::map<std::string, Chain> chains;

  /// Everything wrong goes to `problems`; what is wrong is left out.
  static Settings read(const config::Node& root, config::Problems& problems);
  /// The sections it reads, as JSON text for a snapshot.
  static std::string sections(const config::Node& root);

  /// A cycle in needs as its names, the first again at the end; empty when there is none.
  std::vector<std::string> cycle() const;
};

}  // namespace vigie::topology
