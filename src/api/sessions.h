#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"
#include "base/time.h"
#include "model/record.h"

namespace vigie::api {

/// Who is signed in on which browser.
///
/// Lives on: edge. Durable: data/sessions.json, mode 0600, SHA-256 of each token only, so that a
/// copied file signs nobody in. Limits: 1,000 sessions, the oldest goes; 30 days each; a one-time
/// token lives an hour and only in memory.
class Sessions {
 public:
  static constexpr Millis kSessionLength = std::chrono::days{30};
  static constexpr Millis kOneTimeLength = std::chrono::hours{1};
  static constexpr size_t kSessionsMax = 1'000;
  static constexpr std::string_view kCookie = "vigie_session";

  explicit Sessions(std::string path, Disk& disk = real_disk())
      : path_(std::move(path)), disk_(disk) {}

  /// A missing file is an empty one; a damaged one is an error that names it.
  Status load(WallTime now);
  std::string one_time_token(const std::string& person, WallTime now);
  /// Trades a one-time token for a session token; it works once. `denied` otherwise. A session
  /// that the disk does not take lasts until the next start: who is paged because the disk is full
  /// must get in.
  Result<std::string> open(std::string_view one_time, WallTime now);
  /// The person behind a session token.
  std::optional<std::string> person(std::string_view token, WallTime now) const;
  Status close(std::string_view token);
  size_t size() const { return sessions_.size(); }

  struct Session {
    std::string person;
    WallTime opened, ends;
    VIGIE_FIELDS(person, opened, ends)
  };

 private:
  Status save() const;

  const std::string path_;
  Disk& disk_;
  std::map<std::string, Session> sessions_;   ///< By SHA-256 of the token.
  std::map<std::string, Session> one_times_;  ///< The same.
};

/// 256 random bits in URL-safe base64.
std::string random_token();
/// Lower-case hexadecimal SHA-256.
std::string hash_of(std::string_view token);
/// One cookie's value in a Cookie header, or "".
std::string_view cookie_in(std::string_view header, std::string_view name);

}  // namespace vigie::api
