#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "base/result.h"
#include "collect/text_writer.h"
#include "config/field.h"
#include "config/secrets.h"
#include "net/net.h"

namespace vigie::collect {

/// Who speaks at the other end; what a hostile peer may send must be fuzzed or bounded.
enum class Trust : uint8_t { own, hostile_peer };

/// What every probe gets. All outlive it.
struct ProbeContext {
  Loop& loop;
  net::HttpClient& http;
  config::Secrets secrets;
};

/// One look at the world.
struct ProbeOutcome {
  bool success = false;
  std::string why;     ///< For people, one line, never a secret: "connection refused".
  TextWriter samples;  ///< Without probe_success and probe_duration_seconds, which all have.
};

/// Looks once when asked. Lives on: edge.
class Probe {
 public:
  virtual ~Probe() = default;
  /// Ends by the deadline, whatever the peer does.
  virtual Task<ProbeOutcome> run(MonoTime deadline) = 0;
};

/// A way to look: one file under probes/ defines one of these.
struct ProbeKind {
  std::string_view name;
  std::string_view summary;
  std::string_view since;
  Trust trust = Trust::hostile_peer;
  std::span<const config::Field> fields;
  /// The field that a lone text stands for: `tcp: db:5432`.
  std::string_view shorthand;
  std::string_view example;  ///< YAML of the fields.
  /// Settings are valid by the table; `problems` gets what the table cannot see.
  std::unique_ptr<Probe> (*make)(const config::Settings& settings, ProbeContext context,
                                 config::Problems& problems);
};

/// Every kind, sorted by name; generated from the files under probes/.
std::span<const ProbeKind* const> probe_kinds();
const ProbeKind* find_probe_kind(std::string_view name);

/// Reads `node` (a text or a map) by the kind's table and makes the probe; null after an error.
std::unique_ptr<Probe> make_probe(const ProbeKind& kind, const config::Node& node,
                                  ProbeContext context, config::Problems& problems);

}  // namespace vigie::collect
