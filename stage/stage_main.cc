// vigie-stage ROLE [--port N] [...]: plays one role until SIGTERM.
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "base/log.h"
#include "stage/stage.h"

namespace vigie::stage {
namespace {

constexpr Nanos kStopPatience = 400ms;

int usage(FILE* out) {
  std::fprintf(out, "usage: vigie-stage ROLE [--port N] [--data DIR] ...\n\n");
  for (const RoleKind* kind : role_kinds()) {
    std::fprintf(out, "  %-18s %5d  %s\n", std::string(kind->name).c_str(), kind->port,
                 std::string(kind->summary).c_str());
  }
  std::fprintf(out, "\nvigie-stage ROLE --help tells the flags of one.\n");
  return out == stdout ? 0 : 2;
}

Task<void> close(Stage* stage, std::promise<void>* closed) {
  co_await stage->close(kStopPatience);
  closed->set_value();
}

sigset_t signals_to_stop() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGTERM);
  sigaddset(&out, SIGINT);
  return out;
}

int play(const RoleKind& kind, Options options) {
  // Blocked before any thread is made, so that only sigwait below sees them.
  const sigset_t stop = signals_to_stop();
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  Loop loop("stage", real_clock());
  Stage stage(kind, std::move(options), loop);
  loop.start();
  std::promise<Result<uint16_t>> opened;
  loop.post([&] { opened.set_value(stage.open()); });
  const Result<uint16_t> port = opened.get_future().get();
  if (!port) {
    log::error("stage", "{}: {}", kind.name, port.error().what);
    ::_exit(1);
  }
  std::printf("listening 127.0.0.1:%d\n", *port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  std::promise<void> closed;
  TaskGroup closing;
  loop.post([&] { closing.spawn(close(&stage, &closed)); });
  closed.get_future().wait_for(std::chrono::milliseconds(700));
  // Kafka's client would wait for brokers that may be gone.
  ::_exit(0);
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) { return usage(stderr); }
  if (arguments[0] == "--help" || arguments[0] == "-h") { return usage(stdout); }
  const RoleKind* kind = find_role(arguments[0]);
  if (kind == nullptr) {
    std::fprintf(stderr, "vigie-stage: there is no role \"%s\"\n", arguments[0].c_str());
    return usage(stderr);
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (!rest.empty() && (rest[0] == "--help" || rest[0] == "-h")) {
    std::fputs(describe(*kind).c_str(), stdout);
    return 0;
  }
  Result<Options> options = Options::parse(*kind, rest);
  if (!options) {
    std::fprintf(stderr, "vigie-stage: %s\n%s", options.error().what.c_str(),
                 describe(*kind).c_str());
    return 2;
  }
  return play(*kind, *std::move(options));
}

}  // namespace
}  // namespace vigie::stage

int main(int argc, char** argv) {
  return vigie::stage::run(std::vector<std::string>(argv + 1, argv + argc));
}
