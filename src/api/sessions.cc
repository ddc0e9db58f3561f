#include "api/sessions.h"

#include <sodium.h>

#include <array>

#include "base/log.h"
#include "model/codec.h"

namespace vigie::api {

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();
  return out;
}

std::string hash_of(std::string_view token) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> sum{};
  crypto_hash_sha256(sum.data(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size());
  std::string out(sum.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), sum.data(), sum.size());
  out.pop_back();
  return out;
}

std::string_view cookie_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (!pair.empty() && pair.front() == ' ') { pair.remove_prefix(1); }
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

Status Sessions::load(WallTime now) {
  auto text = disk_.read_file(path_, 4 << 20);
  if (!text) {
    return text.error().code == Code::not_found ? ok() : Status(std::move(text).error());
  }
  Result<json::value> parsed = parse_json(*text);
  const Status read = parsed ? decode_into(*parsed, sessions_) : Status(parsed.error());
  if (!read) {
    // People sign in again; what watches goes on.
    sessions_.clear();
    log::error("api", "{}: {}; it is kept as {}.damaged, and everybody signs in anew", path_,
               read.error().what, path_);
    return disk_.rename(path_, path_ + ".damaged");
  }
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.ends <= now; });
  return ok();
}

Status Sessions::save() const {
  return disk_.write_file_atomic(path_, to_text(encode(sessions_)) + "\n", 0600);
}

std::string Sessions::one_time_token(const std::string& person, WallTime now) {
  std::erase_if(one_times_, [&](const auto& entry) { return entry.second.ends <= now; });
  std::string token = random_token();
  one_times_[hash_of(token)] = {.person = person, .opened = now, .ends = now + kOneTimeLength};
  return token;
}

Result<std::string> Sessions::open(std::string_view one_time, WallTime now) {
  const auto it = one_times_.find(hash_of(one_time));
  if (it == one_times_.end() || it->second.ends <= now) {
    return error(Code::denied,
                 "this link has been used or is too old; `vigie link` makes a new one");
  }
  const std::string person = it->second.person;
  one_times_.erase(it);
  if (sessions_.size() >= kSessionsMax) {
    const auto older = [](const auto& a, const auto& b) {
      return a.second.opened < b.second.opened;
    };
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), older));
  }
  std::string token = random_token();
  sessions_[hash_of(token)] = {.person = person, .opened = now, .ends = now + kSessionLength};
  if (const Status saved = save(); !saved) {
    log::warn("api", "{} is signed in until the next start only: {}", person, saved.error().what);
  }
  return token;
}

std::optional<std::string> Sessions::person(std::string_view token, WallTime now) const {
  if (token.empty()) { return std::nullopt; }
  const auto it = sessions_.find(hash_of(token));
  if (it == sessions_.end() || it->second.ends <= now) { return std::nullopt; }
  return it->second.person;
}

Status Sessions::close(std::string_view token) {
  sessions_.erase(hash_of(token));
  return save();
}

}  // namespace vigie::api
