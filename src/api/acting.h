#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "engine/engine.h"
#include "model/events.h"
#include "net/net.h"

namespace vigie::api {

/// A question about the heart, answered on core.
using Question = std::function<json::value(const engine::Heart&, WallTime)>;

/// Why an act cannot be done, as an objection's answer; null stands for "it can".
json::value refusal(int status, std::string_view code, std::string_view message,
                    std::string_view field = "");

/// True when an answer is such a one, not the thing that was asked for.
bool is_refusal(const json::value& answer);
/// The HTTP answer that it means.
net::HttpReply refused_reply(const json::object& refusal);

/// The request's Idempotency-Key, or "". `invalid` unless it is 1 to 255 printable characters
/// without spaces.
Result<std::string> request_key(const net::HttpRequest& request);

/// What became of an act.
struct Acted {
  IncidentId incident;  ///< That the act declared; 0: none.
  RunId run;            ///< That it started; 0: none.
  bool repeat = false;  ///< The same request was done before; nothing was done now.
  std::optional<net::HttpReply> refused;
};

/// Does what people ask for, once for each key.
///
/// Lives on: edge. Durable: what was done comes from the journal (answers.h). A repeat that
/// overtakes the first request waits for it. While the journal cannot be written an act is in force
/// from memory, so that an acknowledgement still ends the paging, and is answered 507.
class Acting {
 public:
  Acting(Loop& edge, engine::Engine& engine) : edge_(edge), engine_(engine) {}

  Task<json::value> ask(Question question);
  /// `asked` carries who and key. `objection` says on core why it cannot be done, or null; a
  /// repeat is not asked again.
  Task<Acted> act(EventBody asked, Question objection);
  /// The journal cannot be written (why), or can again ("").
  void trouble(const std::string& why);
  /// Why the journal cannot be written, or "".
  const std::string& trouble() const { return trouble_; }

 private:
  using Turn = std::shared_ptr<Completion<bool>>;
  using Settling = std::shared_ptr<Completion<Status>>;

  /// Held while a key's request is answered; null when the server stops meanwhile.
  Task<std::shared_ptr<void>> claim(std::string key);
  void release(const std::string& key);
  Task<Acted> recall(std::string key, std::string digest);
  Task<Status> submit(EventBody body);
  Status in_memory_only() const;

  Loop& edge_;
  engine::Engine& engine_;
  std::string trouble_;
  std::map<std::string, std::vector<Turn>> claimed_;
  std::vector<Settling> settling_;
};

}  // namespace vigie::api
