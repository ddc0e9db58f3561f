#include "base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "base/descriptor.h"
#include "base/spawn.h"

namespace vigie {

namespace {

constexpr size_t kPieceBytes = 16 << 10;
// A daemon left behind may hold the pipe open for ever; what it says later is not the program's.
constexpr Nanos kLastWords = 200ms;
// After SIGKILL only the kernel can still delay an end (a dead network disk).
constexpr Nanos kKillWait = 5s;
constexpr int kReapWaitMillis = 100;

/// The head and the tail of a stream.
class BoundedOutput {
 public:
  explicit BoundedOutput(size_t bytes_max)
      : head_max_(bytes_max / 2), tail_max_(bytes_max - bytes_max / 2) {}

  void add(std::string_view bytes) {
    const size_t to_head = std::min(bytes.size(), head_max_ - head_.size());
    head_.append(bytes.substr(0, to_head));
    tail_.append(bytes.substr(to_head));
    // Trimmed rarely, so that each byte is moved once on average.
    if (tail_.size() > 2 * tail_max_ + kPieceBytes) { trim(); }
  }

  std::string take(bool* truncated) {
    trim();
    if (left_out_ == 0) { return head_ + tail_; }
    *truncated = true;
    return fmt::format("{}\n[... {} bytes left out ...]\n{}", head_, left_out_, tail_);
  }

 private:
  void trim() {
    if (tail_.size() <= tail_max_) { return; }
    left_out_ += tail_.size() - tail_max_;
    tail_.erase(0, tail_.size() - tail_max_);
  }

  const size_t head_max_, tail_max_;
  std::string head_, tail_;
  uint64_t left_out_ = 0;
};

/// One pipe: the child's end to hand out, and what came through.
struct Pipe {
  int child_end = -1;
  std::unique_ptr<Descriptor> our_end;
  BoundedOutput output;

  explicit Pipe(size_t bytes_max) : output(bytes_max) {}
  ~Pipe() { close_child_end(); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  Status open(Loop& loop) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return error(Code::exhausted, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
    our_end = std::make_unique<Descriptor>(loop, ends[0]);
    child_end = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
    ::close(ends[1]);
    return child_end >= 0 ? ok() : error(Code::exhausted, "no descriptor for a pipe");
  }
  void close_child_end() {
    if (child_end >= 0) { ::close(child_end); }
    child_end = -1;
  }
  /// False at the end of the stream.
  bool read_what_is_there() {
    char piece[kPieceBytes];
    while (true) {
      const ssize_t got = ::read(our_end->fd(), piece, sizeof piece);
      if (got > 0) {
        output.add({piece, static_cast<size_t>(got)});
      } else if (got == 0) {
        return false;
      } else if (errno != EINTR) {
        return errno == EAGAIN;
      }
    }
  }
};

/// A child that must end: SIGTERM now, SIGKILL and the reaping when this goes. It waits in a timer
/// of the loop; if the loop ends first, the destructor does the work at once.
class Doomed {
 public:
  Doomed(Spawned child, std::string tree_mark) : child_(child), mark_(std::move(tree_mark)) {}
  Doomed(Doomed&& other) noexcept
      : child_(std::exchange(other.child_, {})), mark_(std::move(other.mark_)) {}
  Doomed& operator=(Doomed&&) = delete;
  ~Doomed() {
    if (child_.pidfd < 0) { return; }
    kill_tree(child_.pid, SIGKILL, mark_);
    // SIGKILL takes a moment; a process stuck in the kernel is left to whoever reaps after us.
    pollfd look{.fd = child_.pidfd, .events = POLLIN, .revents = 0};
    if (::poll(&look, 1, kReapWaitMillis) > 0) { static_cast<void>(reap(child_.pidfd)); }
    ::close(child_.pidfd);
  }
  void operator()() {}  // The end of the timer's work is the end of this object.

 private:
  Spawned child_;
  const std::string mark_;
};

struct Running {
  explicit Running(const Command& command) : out(command.output_max), err(command.output_max) {}
  Pipe out, err;
  Spawned child;
  size_t readers = 0;
  std::shared_ptr<Completion<Status>> drained = std::make_shared<Completion<Status>>();
};

Task<void> read_to_end(Running* running, Pipe* pipe) {
  while (pipe->read_what_is_there()) {
    Status ready = co_await pipe->our_end->readable(MonoTime::max());
    if (!ready) { break; }
  }
  if (--running->readers == 0) { running->drained->complete(ok()); }
}

/// After the program's end: the rest of its output, unless somebody else keeps the pipe.
Task<void> drain(Loop& loop, Running* running) {
  if (running->readers == 0) { co_return; }
  const auto drained = running->drained;
  const Loop::TimerId timer =
      loop.call_at(loop.clock().mono() + kLastWords, [drained] { drained->complete(ok()); });
  drained->on_cancel = [raw = drained.get()] { raw->complete(ok()); };
  Status done = co_await wait(drained);
  static_cast<void>(done);
  loop.cancel_timer(timer);
}

/// Ends the whole tree in two steps; `timeout` when even SIGKILL did not help.
Task<Status> end_tree(Loop& loop, Spawned child, Nanos kill_after, std::string tree_mark) {
  kill_tree(child.pid, SIGTERM, tree_mark);
  Status ended = co_await wait_exit(loop, child.pidfd, loop.clock().mono() + kill_after);
  if (!ended && ended.error().code != Code::timeout) { co_return ended; }
  // Also after a good end: a child that ignored SIGTERM may have outlived its parent.
  kill_tree(child.pid, SIGKILL, tree_mark);
  Status killed = co_await wait_exit(loop, child.pidfd, loop.clock().mono() + kKillWait);
  co_return killed;
}

Task<Result<Exit>> watch(Loop& loop, Command command, Running* running, MonoTime deadline) {
  bool timed_out = false;
  Status ended = co_await wait_exit(loop, running->child.pidfd, deadline);
  if (!ended && ended.error().code == Code::timeout) {
    timed_out = true;
    ended = co_await end_tree(loop, running->child, command.kill_after, command.tree_mark);
  }
  if (!ended) {
    Doomed doomed(std::exchange(running->child, {}), command.tree_mark);
    // Not on cancel alone: the promise is that nothing of the tree is left, whatever failed.
    loop.call_at(loop.clock().mono() + command.kill_after, std::move(doomed));
    co_return std::move(ended).error();
  }
  co_await drain(loop, running);
  Result<Exit> exit = reap(running->child.pidfd);
  if (exit) { exit->timed_out = timed_out; }
  co_return exit;
}

}  // namespace

std::string Exit::text() const {
  if (timed_out) { return "timed out"; }
  if (signal != 0) { return fmt::format("killed by SIG{}", sigabbrev_np(signal)); }
  return fmt::format("exit {}", code);
}

Task<Result<Exit>> run(Loop& loop, Command command, MonoTime deadline) {
  Running running(command);
  VIGIE_CO_CHECK(running.out.open(loop));
  if (!command.merge_output) { VIGIE_CO_CHECK(running.err.open(loop)); }
  const ChildOutput output{
      .out = running.out.child_end,
      .err = command.merge_output ? running.out.child_end : running.err.child_end};
  VIGIE_CO_TRY(running.child, spawn(command, output));
  running.out.close_child_end();
  running.err.close_child_end();

  TaskGroup readers;
  running.readers = command.merge_output ? 1 : 2;
  const pid_t pid = running.child.pid;
  readers.spawn(read_to_end(&running, &running.out));
  if (!command.merge_output) { readers.spawn(read_to_end(&running, &running.err)); }

  Result<Exit> exit = co_await watch(loop, command, &running, deadline);
  readers.cancel();
  co_await readers.join();
  if (running.child.pidfd >= 0) {
    ::close(running.child.pidfd);
  } else {
    kill_tree(pid, SIGTERM, command.tree_mark);
  }
  if (!exit) { co_return std::move(exit).error().context(command.argv.front()); }
  exit->out = running.out.output.take(&exit->truncated);
  if (!command.merge_output) { exit->err = running.err.output.take(&exit->truncated); }
  co_return exit;
}

}  // namespace vigie
