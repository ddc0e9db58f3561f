#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/json.h"
#include "oncall/alert_text.h"
#include "oncall/notifier_kind.h"

namespace vigie::oncall {

namespace {

using config::FieldType;

constexpr config::Field kFields[] = {
    {.name = "file", .help = "a file to append to instead of standard error"},
    {.name = "send_resolved",
     .type = FieldType::boolean,
     .help = "says when alerts end, too",
     .fallback = "true"},
};

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    out += "  | ";
    // A terminal must not obey what an alert says.
    for (const char c : line) { out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c; }
    out += '\n';
  }
  return out;
}

/// One write, so that several writers never mix within a message.
Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written <= 0) {
      return error(Code::io, std::error_code(errno, std::generic_category()).message());
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return ok();
}

class Terminal final : public Notifier {
 public:
  explicit Terminal(NotifierContext context) : context_(std::move(context)) {}

  Task<Result<Receipt>> send(Message message, MonoTime) override {
    std::string path;
    std::string block;
    const std::string again = message.repeat ? " (may repeat)" : "";
    if (const Page* page = std::get_if<Page>(&message.body)) {
      path = page->address;
      block = fmt::format("PAGE {} for {}: {}{}\n{}", message.id, page->name, page->subject, again,
                          indented(page->text));
    } else {
      const Notify& notify = std::get<Notify>(message.body);
      path =
          receiver_entry(context_.root, notify.receiver, "terminal", notify.index)["file"].text();
      const Result<json::value> payload = parse_json(notify.payload);
      const json::object* object = payload ? payload->if_object() : nullptr;
      if (object == nullptr) { co_return error(Code::bug, "the group's data is not an object"); }
      const AlertWords words = alert_words(*object);
      block = fmt::format("ALERTS {}: {}{}\n{}", message.id, words.subject, again,
                          indented(words.text));
    }
    const Status written = write_to(path, block);
    if (!written) { co_return written.error(); }
    co_return Receipt{path.empty() ? "written to standard error" : "written to " + path};
  }

 private:
  Status write_to(const std::string& path, const std::string& block) const {
    if (path.empty()) { return write_all(STDERR_FILENO, block); }
    const std::string whole = (std::filesystem::path(context_.secrets.dir()) / path).string();
    const int fd =
        ::open(whole.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0) {
      return error(
          Code::io,
          fmt::format("{}: {}", path, std::error_code(errno, std::generic_category()).message()));
    }
    Status status = write_all(fd, block).context(path);
    ::close(fd);
    return status;
  }

  NotifierContext context_;
};

std::unique_ptr<Notifier> make(NotifierContext context) {
  return std::make_unique<Terminal>(std::move(context));
}

}  // namespace

extern const NotifierKind terminal_notifier;
const NotifierKind terminal_notifier{
    .name = "terminal",
    .summary = "Prints pages on Vigie's own terminal, or appends them to a file: for trying out.",
    .since = "0.1",
    .address = "terminal",
    .verb = "paged on the terminal",
    .fields = kFields,
    .example = "file: pages.txt",
    .check = nullptr,
    .missing_for_pages = nullptr,
    .make = &make,
};

}  // namespace vigie::oncall
