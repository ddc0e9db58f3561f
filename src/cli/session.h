#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "cli/cli.h"

namespace vigie::cli {

/// One run of the command: where the book is, how to reach its daemon, how to print.
class Session {
 public:
  Session(const Deps& deps, std::string book_dir, bool as_json);
  ~Session();

  const Deps& deps() const { return deps_; }
  const std::string& book_dir() const { return book_dir_; }
  bool as_json() const { return as_json_; }

  /// An answer of the daemon, or, for Vigie's own reads, of the journal when it is down.
  Result<json::value> get(const std::string& path);
  /// `unavailable` when the daemon is down, with how to start it.
  Result<json::value> post(const std::string& path, const json::value& body);

  /// From here on nothing is printed for people: with --json, whose exit status is the same.
  void mute() { muted_ = true; }
  /// Prints as people read it; to standard output.
  void print(std::string_view text) const;
  void print_line(std::string_view text = "") const;
  void print_json(const json::value& value) const;
  /// To standard error; returns the exit status that the error means: 1, or 2 for wrong use.
  int fail(const Error& error) const;
  int wrong_use(std::string_view what) const;

 private:
  Error no_book() const;
  Result<json::value> exchange(std::string method, const std::string& path, std::string body);

  const Deps& deps_;
  const std::string book_dir_;
  std::string socket_;
  bool has_book_ = false;
  const bool as_json_;
  bool said_offline_ = false;
  bool muted_ = false;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::cli
