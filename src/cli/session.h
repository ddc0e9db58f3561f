#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/cli.h"

namespace vigie::cli {

/// Exit statuses.
inline constexpr int kGood = 0;
inline constexpr int kBad = 1;         ///< The thing asked about is bad, or the act was refused.
inline constexpr int kWrongUse = 2;    ///< Wrong use, an unknown name, an invalid book.
inline constexpr int kNotRunning = 3;  ///< The daemon cannot be reached, and it matters.

/// One run of the command: where the book is, how to reach its daemon, how to print.
class Session {
 public:
  Session(const Deps& deps, std::string book_dir, bool as_json);
  ~Session();

  const Deps& deps() const { return deps_; }
  const std::string& book_dir() const { return book_dir_; }
  bool as_json() const { return as_json_; }
  /// The last answer came from the journal: nobody watches.
  bool offline() const { return offline_; }
  /// Acts are done in this person's name; without it in that of VIGIE_PERSON, else of the user.
  void act_as(std::string person) { person_ = std::move(person); }
  /// Of the book as it is on disk.
  const std::vector<std::string>& people() const { return people_; }
  /// For completion: no word about a daemon that is down stands among the names.
  void names_only() { names_only_ = true; }

  /// An answer of the daemon, or, for Vigie's own reads, of the journal when it is down.
  Result<json::value> get(const std::string& path);
  /// `unavailable` when the daemon is down, with how to start it.
  Result<json::value> post(const std::string& path, const json::value& body);

  /// From here on nothing is printed for people: with --json, whose exit status is the same.
  void mute() { muted_ = true; }
  /// Prints as people read it; to standard output.
  void print(std::string_view text) const;
  void print_line(std::string_view text = "") const;
  /// For people only, to standard error: what stands beside an answer that is piped on.
  void note(std::string_view text) const;
  void print_json(const json::value& value) const;
  /// To standard error, and with --json as {"error": {"code", "message"}} to standard output too;
  /// returns the exit status that the error means.
  int fail(const Error& error) const;
  int wrong_use(std::string_view what) const;

 private:
  Error no_book() const;
  void say_offline(const json::value& answer);
  Result<json::value> exchange(std::string method, const std::string& path, std::string body);

  const Deps& deps_;
  const std::string book_dir_;
  std::string socket_;
  bool has_book_ = false;
  const bool as_json_;
  std::string person_;
  std::vector<std::string> people_;
  bool offline_ = false;
  bool names_only_ = false;
  bool muted_ = false;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::cli
