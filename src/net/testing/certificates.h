#pragma once

#include <string>

#include "base/time.h"

namespace vigie::net {

/// An authority made for one test, in a directory that goes with it.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  struct Files {
    std::string cert_file, key_file;
  };
  /// Signs for these subject alternative names: "DNS:db.example,IP:127.0.0.1". A negative `lasts`
  /// makes one that has expired.
  Files issue(const std::string& names, Seconds lasts);
  std::string ca_file() const { return dir_ + "/ca.pem"; }
  const std::string& dir() const { return dir_; }

 private:
  struct Impl;
  std::string dir_;
  Impl* impl_;
  int issued_ = 0;
};

}  // namespace vigie::net
