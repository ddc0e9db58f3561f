#include "tsdb/testing/faulty_disk.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/assert.h"

namespace vigie::tsdb {

namespace {

class LimitedFile final : public DiskFile {
 public:
  LimitedFile(std::unique_ptr<DiskFile> file, FaultyDisk& disk)
      : file_(std::move(file)), disk_(disk) {}
  Status append(std::string_view bytes) override {
    const size_t fits = std::min<uint64_t>(bytes.size(), disk_.bytes_left);
    disk_.bytes_left -= fits;
    VIGIE_CHECK(file_->append(bytes.substr(0, fits)));
    if (fits < bytes.size()) { return error(Code::exhausted, "no space left on the fake disk"); }
    return ok();
  }
  Status sync() override {
    ++disk_.syncs;
    return ok();
  }
  Status truncate(uint64_t size) override { return file_->truncate(size); }
  Status read(uint64_t offset, size_t size, std::string& out) const override {
    return file_->read(offset, size, out);
  }
  uint64_t size() const override { return file_->size(); }

 private:
  std::unique_ptr<DiskFile> file_;
  FaultyDisk& disk_;
};

}  // namespace

Result<std::unique_ptr<DiskFile>> FaultyDisk::open(const std::string& path) {
  VIGIE_TRY(auto file, real_disk().open(path));
  return std::unique_ptr<DiskFile>(std::make_unique<LimitedFile>(std::move(file), *this));
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-tsdb-XXXXXX").string();
  ASSERT(::mkdtemp(pattern.data()) != nullptr, "no temporary directory like {}", pattern);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace vigie::tsdb
