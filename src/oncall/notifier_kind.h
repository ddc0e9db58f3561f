#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "config/field.h"
#include "config/secrets.h"
#include "model/effects.h"
#include "net/net.h"

/// Notifiers: ways for a message to leave the machine. One file each under notifiers/.
namespace vigie::oncall {

/// One message to hand over, once. What was not confirmed is handed over again after a crash, so a
/// message names itself (`id`) and says when it may be a repeat.
struct Message {
  /// The effect's id with the instance behind it, "page-17.astreinte": the idempotency key.
  std::string id;
  int64_t attempt = 1;  ///< Of this very effect, from 1; more than 1 after a crash.
  bool repeat = false;  ///< May have been delivered before.
  std::variant<Page, Notify> body;
};

/// The other side took the message over; what it said, for people.
struct Receipt {
  std::string detail;
};

/// Lives on: edge. One per kind. Time: each send takes a deadline and ends by it.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Success means accepted by the other side, not read. An error's Retry says whether the same
  /// message may be accepted later; its text never contains a secret. Code::timeout means that the
  /// other side has the message and did not answer: it may have arrived. What certainly did not
  /// arrive has another code, also when time was up.
  virtual Task<Result<Receipt>> send(Message message, MonoTime deadline) = 0;
};

/// What a notifier may use; everything outlives it.
struct NotifierContext {
  Loop& loop;
  net::HttpClient& http;
  config::Secrets secrets;
  std::string instance;  ///< Names this Vigie in headers: the book's name.
  std::string version;
  config::Node root;  ///< The book in force.
};

struct NotifierKind {
  std::string_view name;
  std::string_view summary;
  std::string_view since;
  /// The key of a person that holds the address; "" when a person needs none.
  std::string_view address;
  /// "mailed": how a page over this kind reads, "ben is mailed".
  std::string_view verb;
  /// Of one entry of a receiver's `<name>_configs`.
  std::span<const config::Field> fields;
  std::string_view example;
  /// Checks an entry beyond its fields, and what it needs of the whole book.
  void (*check)(const config::Settings& entry, const config::Node& root,
                config::Problems& problems);
  /// What a page to a person over this kind needs of the whole book; "" when all is there.
  std::string (*missing_for_pages)(const config::Node& root);
  std::unique_ptr<Notifier> (*make)(NotifierContext context);
};

/// All of them, by name; generated.
std::span<const NotifierKind* const> notifier_kinds();
/// nullptr when there is none.
const NotifierKind* find_notifier_kind(std::string_view name);

/// Entry `index` of a receiver's `<kind>_configs`; a null node when there is none.
config::Node receiver_entry(const config::Node& root, std::string_view receiver,
                            std::string_view kind, int64_t index);

}  // namespace vigie::oncall
