#include "stage/smtp_sink.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr int kSessionsMax = 50;
constexpr size_t kLineMax = 4096;
constexpr size_t kMailMax = 1 << 20;
constexpr size_t kRecipientsMax = 100;
constexpr Nanos kLineWait = 30s;

/// "MAIL FROM:<a@b> SIZE=1" is "a@b".
std::string address_in(std::string_view line) {
  const size_t open = line.find('<');
  const size_t close = line.find('>', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) { return ""; }
  return std::string(line.substr(open + 1, close - open - 1));
}

}  // namespace

/// One conversation.
class SmtpSink::Session {
 public:
  Session(SmtpSink& sink, int fd) : sink_(sink), socket_(sink.stage_.loop(), fd) {}

  static Task<void> run(SmtpSink* sink, int fd) {
    Session session(*sink, fd);
    ++sink->sessions_;
    co_await session.talk();
    --sink->sessions_;
  }

 private:
  Task<void> talk();
  /// False at the end of the conversation.
  Task<bool> command(std::string line);
  Task<bool> receive();
  Task<bool> say(std::string text);
  /// Without its end; an error ends the conversation.
  Task<Result<std::string>> read_line(size_t most);

  SmtpSink& sink_;
  Descriptor socket_;
  std::string buffer_;
  Envelope envelope_;
  bool begun_ = false;  ///< A sender was accepted.
};

Task<bool> SmtpSink::Session::say(std::string text) {
  text += "\r\n";
  size_t sent = 0;
  const MonoTime deadline = sink_.stage_.in(kLineWait);
  while (sent < text.size()) {
    const ssize_t wrote =
        ::send(socket_.fd(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (wrote > 0) {
      sent += static_cast<size_t>(wrote);
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) { co_return false; }
    Status ready = co_await socket_.writable(deadline);
    if (!ready) { co_return false; }
  }
  co_return true;
}

Task<Result<std::string>> SmtpSink::Session::read_line(size_t most) {
  const MonoTime deadline = sink_.stage_.in(kLineWait);
  while (true) {
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.ends_with('\r')) { line.pop_back(); }
      co_return line;
    }
    if (buffer_.size() > most) { co_return error(Code::exhausted, "the line is too long"); }
    char bytes[4096];
    const ssize_t got = ::recv(socket_.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) {
      buffer_.append(bytes, static_cast<size_t>(got));
      continue;
    }
    if (got == 0) { co_return error(Code::unavailable, "closed"); }
    if (errno != EAGAIN && errno != EINTR) { co_return error(Code::io, std::strerror(errno)); }
    Status ready = co_await socket_.readable(deadline);
    if (!ready) { co_return std::move(ready).error(); }
  }
}

Task<void> SmtpSink::Session::talk() {
  Status awake = co_await sink_.stage_.faults().while_hung(MonoTime::max());
  if (!awake) { co_return; }
  bool going = co_await say("220 mailsink.stage.example ESMTP");
  while (going) {
    Result<std::string> line = co_await read_line(kLineMax);
    if (!line) { co_return; }
    awake = co_await sink_.stage_.faults().while_hung(MonoTime::max());
    if (!awake) { co_return; }
    going = co_await command(*std::move(line));
  }
}

Task<bool> SmtpSink::Session::command(std::string line) {
  std::string verb = line.substr(0, 4);
  for (char& c : verb) { c = static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
  std::string answer = "250 OK";
  if (verb == "QUIT") {
    const bool ignored = co_await say("221 bye");
    co_return ignored && false;
  }
  if (verb == "DATA") {
    bool going = co_await receive();
    co_return going;
  }
  if (verb == "EHLO") {
    answer = fmt::format("250-mailsink\r\n250-SIZE {}\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                         kMailMax);
  } else if (verb == "MAIL") {
    if (sink_.stage_.faults().refuses()) {
      answer = "451 try again later";
    } else {
      envelope_ = {.from = address_in(line), .to = {}, .raw = ""};
      begun_ = true;
    }
  } else if (verb == "RCPT") {
    if (!begun_) {
      answer = "503 who is it from?";
    } else if (envelope_.to.size() >= kRecipientsMax) {
      answer = "452 too many recipients";
    } else {
      envelope_.to.push_back(address_in(line));
    }
  } else if (verb == "AUTH") {
    // LOGIN, and PLAIN without an initial response, ask for more: any answer will do.
    const bool login = line.find("LOGIN") != std::string::npos;
    const bool asks = login || line.size() <= 10;
    for (int i = 0; asks && i < (login ? 2 : 1); ++i) {
      const bool said = co_await say("334 ");
      if (!said) { co_return false; }
      Result<std::string> ignored = co_await read_line(kLineMax);
      if (!ignored) { co_return false; }
    }
    answer = "235 welcome";
  } else if (verb == "RSET") {
    envelope_ = {};
    begun_ = false;
  } else if (verb != "HELO" && verb != "NOOP") {
    answer = "502 not known here";
  }
  bool going = co_await say(std::move(answer));
  co_return going;
}

Task<bool> SmtpSink::Session::receive() {
  if (envelope_.to.empty()) {
    bool going = co_await say("503 nobody to deliver to");
    co_return going;
  }
  bool going = co_await say("354 go on, end with a dot");
  size_t size = 0;
  while (going) {
    Result<std::string> line = co_await read_line(kMailMax);
    if (!line) { co_return false; }
    if (*line == ".") { break; }
    size += line->size() + 2;
    if (size > kMailMax) { co_return false; }
    if (line->starts_with("..")) { line->erase(0, 1); }
    envelope_.raw += *line + "\r\n";
  }
  if (!going) { co_return false; }
  // Kept before it is acknowledged: what a client was told is delivered can be seen.
  const bool lost = sink_.stage_.faults().loses();
  if (!lost) { sink_.keep_(std::move(envelope_)); }
  envelope_ = {};
  begun_ = false;
  going = co_await say("250 kept");
  co_return going;
}

SmtpSink::SmtpSink(Stage& stage, std::function<void(Envelope)> keep)
    : stage_(stage), keep_(std::move(keep)) {}

SmtpSink::~SmtpSink() = default;

Result<uint16_t> SmtpSink::listen(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { return error(Code::io, std::strerror(errno)); }
  listener_ = std::make_unique<Descriptor>(stage_.loop(), fd);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, generic, length) != 0 || ::listen(fd, 64) != 0 ||
      ::getsockname(fd, generic, &length) != 0) {
    return error(Code::conflict, fmt::format("smtp port {}: {}", port, std::strerror(errno)));
  }
  stage_.tasks().spawn(accept());
  return ntohs(address.sin_port);
}

Task<void> SmtpSink::accept() {
  while (true) {
    Status ready = co_await listener_->readable(MonoTime::max());
    if (!ready) { co_return; }
    while (true) {
      const int fd = ::accept4(listener_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) { break; }
      if (sessions_ >= kSessionsMax) {
        ::close(fd);
        continue;
      }
      stage_.tasks().spawn(Session::run(this, fd));
    }
  }
}

}  // namespace vigie::stage
