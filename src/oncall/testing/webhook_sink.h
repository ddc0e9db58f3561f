#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::oncall {

/// One request as it arrived.
struct SunkPost {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
};

/// A small HTTP server that keeps what it gets and misbehaves as told; one request a connection.
/// For tests and rehearsals.
class WebhookSink {
 public:
  struct Behaviour {
    int status = 200;
    std::string answer = "ok";
    bool hang = false;  ///< Reads and never answers.
    bool drop = false;  ///< Reads and closes without an answer.
  };
  WebhookSink();
  explicit WebhookSink(Behaviour behaviour, uint16_t port = 0);
  ~WebhookSink();

  uint16_t port() const;
  std::string url(std::string_view path = "/hook") const;
  std::vector<SunkPost> posts() const;
  void behave(Behaviour behaviour);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::oncall
