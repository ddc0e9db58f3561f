#include "config/named_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace vigie::config {

namespace {

namespace fs = std::filesystem;

// Keys whose text is the path of a file that must be there when it is used.
constexpr std::string_view kFileKeys[] = {"auth_password_file",
                                          "bearer_token_file",
                                          "ca-file",
                                          "ca_file",
                                          "cert_file",
                                          "credentials_file",
                                          "key_file",
                                          "password_file",
                                          "smtp_auth_password_file",
                                          "url_file"};

bool names_a_file(std::string_view key) {
  return std::find(std::begin(kFileKeys), std::end(kFileKeys), key) != std::end(kFileKeys);
}

class Walk {
 public:
  Walk(const Book& book, Problems& problems) : book_(book), problems_(problems) {}

  void below(const Node& node) {
    for (const Node& item : node.items()) { below(item); }
    if (node.is_map() && node.size() == 1 && node["file"].is_scalar()) { look_at(node["file"]); }
    for (const auto& [key, value] : node.entries()) {
      // What the terminal receiver is given is a file to write.
      if (key.text().starts_with("terminal")) { continue; }
      if (names_a_file(key.text()) && value.is_scalar()) { look_at(value); }
      below(value);
    }
  }

 private:
  void look_at(const Node& path) {
    if (path.text().empty()) { return; }
    std::error_code failure;
    if (fs::exists(fs::path(book_.dir) / path.text(), failure)) { return; }
    problems_.warn(
        path.place(), fmt::format("there is no file {} now; it is read at each use", path.shown()),
        path.text().starts_with('/') ? "" : "a path is relative to the folder of vigie.yml");
  }

  const Book& book_;
  Problems& problems_;
};

}  // namespace

void warn_of_missing_files(const Book& book, Problems& problems) {
  Walk(book, problems).below(book.root);
}

}  // namespace vigie::config
