#include "base/testing/temp_dir.h"

#include <cstdlib>
#include <filesystem>

#include "base/assert.h"

namespace vigie {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-test-XXXXXX").string();
  ASSERT(::mkdtemp(pattern.data()) != nullptr, "no temporary directory like {}", pattern);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace vigie
