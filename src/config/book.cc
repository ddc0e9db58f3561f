#include "config/book.h"

#include <fmt/core.h>

#include <filesystem>
#include <utility>

#include "config/book_loader.h"
#include "config/source.h"

namespace vigie::config {

namespace {

/// 128-bit FNV-1a: tells two books apart; no defence against someone who wants them equal.
std::string content_hash(std::string_view text) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide kPrime = (Wide{1} << 88) | 0x13b;
  Wide hash = (Wide{0x6c62272e07bb0142} << 64) | 0x62b821756295c58d;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kPrime;
  }
  return fmt::format("{:016x}{:016x}", static_cast<uint64_t>(hash >> 64),
                     static_cast<uint64_t>(hash));
}

/// Values of .env beneath those of the process.
Environment with_dotenv(const std::string& dir, Environment environment, Problems& problems,
                        std::vector<std::string>& files) {
  constexpr size_t kDotenvMax = 1024 * 1024;
  const Result<std::string> content = read_source(dir + "/.env", kDotenvMax);
  if (content) {
    environment.add_dotenv(*content, ".env", problems);
    files.emplace_back(".env");
  } else if (content.error().code != Code::not_found) {
    problems.error({.file = ".env"}, content.error().what);
  }
  return environment;
}

}  // namespace

std::string Book::journal_text() const {
  return to_text(root.to_json());
}

Book load_book(const std::string& dir, const Environment& environment, Problems& problems) {
  std::error_code ignored;
  std::filesystem::path home = dir.empty() ? "." : dir;
  std::filesystem::path page = home / kFirstPage;
  if (std::filesystem::is_regular_file(home, ignored)) {
    page = home;
    home = page.has_parent_path() ? page.parent_path() : ".";
  }
  Book book;
  book.dir = home.string();
  if (!std::filesystem::exists(page, ignored)) {
    const bool other = std::filesystem::exists(home / "vigie.yaml", ignored);
    problems.error({.file = page.string()}, "there is no watch book here",
                   other ? "rename vigie.yaml to vigie.yml" : "name its directory with --book DIR");
    return book;
  }
  std::vector<std::string> files;
  const Environment names = with_dotenv(book.dir, environment, problems, files);
  BookLoader loader(book.dir, names, problems);
  loader.load_first_page(page.string());
  loader.load_named_files();
  book.root = loader.root();
  book.files = std::move(loader).files();
  book.files.insert(book.files.end(), files.begin(), files.end());
  book.hash = content_hash(book.journal_text());
  book.secrets = Secrets(book.dir, names);
  check_top_level(book.root, problems);
  return book;
}

}  // namespace vigie::config
