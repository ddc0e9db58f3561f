#include "oncall/smtp.h"

#include <curl/curl.h>
#include <fmt/core.h>
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "base/utf8.h"

namespace vigie::oncall {

namespace {

constexpr size_t kAtOnce = 32;
constexpr size_t kAtOnceOfServer = 24;
constexpr size_t kAtOnceOfRecipients = 8;

using Done = Completion<Result<std::string>>;

/// One mail. Written before it waits; from then on only what says so changes.
struct Job {
  SmtpServer server;
  Envelope envelope;
  MonoTime deadline;
  std::string place, recipients;  ///< Whom it must not keep others from.
  std::shared_ptr<Done> done;     ///< Owned by the loop.
  std::atomic<bool> settled{false};
  std::atomic<bool> over{false};  ///< Given up: its thread should end.
  /// libcurl has read the whole mail: from here on the server may have it.
  std::atomic<bool> handed{false};

  // Owned by the thread that carries it.
  size_t offset = 0;
  std::string answer;  ///< The server's last line about the mail.
  std::array<char, CURL_ERROR_SIZE> complaint{};
  std::function<void(Result<std::string>)> settle;
};

std::string place_of(const SmtpServer& server) {
  return fmt::format("{}:{}", server.host, server.port);
}

size_t give_bytes(char* out, size_t size, size_t count, void* user) {
  Job& job = *static_cast<Job*>(user);
  const size_t given = std::min(size * count, job.envelope.bytes.size() - job.offset);
  std::memcpy(out, job.envelope.bytes.data() + job.offset, given);
  job.offset += given;
  if (given == 0) { job.handed = true; }
  return given;
}

size_t hear_line(char* data, size_t size, size_t count, void* user) {
  const std::string_view line{data, size * count};
  // The answer to our leaving says nothing about the mail.
  if (line.starts_with("221")) { return size * count; }
  const std::string_view said = line.substr(0, line.find_last_not_of("\r\n") + 1);
  Job& job = *static_cast<Job*>(user);
  job.answer = repaired_utf8(std::string(cut_utf8(said, 300)));
  const bool last = said.size() < 4 || said[3] != '-';
  // The mail is taken: that counts, also where the server then hangs over our leaving.
  if (job.handed && last && said.starts_with('2')) { job.settle(job.answer); }
  return size * count;
}

/// libcurl asks at least every second, also while it waits for an answer.
int is_over(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Job*>(user)->over ? 1 : 0;
}

std::string url_of(const SmtpServer& server) {
  const std::string& host = server.tls.server_name.empty() ? server.host : server.tls.server_name;
  const bool bracket = host.find(':') != std::string::npos;
  return fmt::format(
      "{}://{}{}{}:{}/{}", server.security == SmtpServer::Security::tls ? "smtps" : "smtp",
      bracket ? "[" : "", host, bracket ? "]" : "", server.port, net::url_encode(server.hello));
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

void set_tls(CURL* easy, const SmtpServer& server) {
  if (server.security != SmtpServer::Security::none) {
    set(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  }
  const net::TlsSettings& tls = server.tls;
  if (tls.insecure_skip_verify) {
    set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!tls.ca_file.empty()) { set(easy, CURLOPT_CAINFO, tls.ca_file.c_str()); }
  if (!tls.cert_file.empty()) { set(easy, CURLOPT_SSLCERT, tls.cert_file.c_str()); }
  if (!tls.key_file.empty()) { set(easy, CURLOPT_SSLKEY, tls.key_file.c_str()); }
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Recipients = std::unique_ptr<curl_slist, FreeList>;

Recipients recipients_of(const Envelope& envelope) {
  Recipients out;
  for (const std::string& to : envelope.to) {
    curl_slist* longer = curl_slist_append(out.get(), ("<" + to + ">").c_str());
    if (longer == nullptr) { return nullptr; }
    static_cast<void>(out.release());
    out.reset(longer);
  }
  return out;
}

void prepare(CURL* easy, Job& job, curl_slist* recipients, int64_t left_ms) {
  const SmtpServer& server = job.server;
  set(easy, CURLOPT_URL, url_of(server).c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A proxy from the environment would see every page.
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
  // The wait for one answer has a limit of its own, which leaving the server keeps, too.
  set(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(left_ms / 1000 + 1));
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, &is_over);
  set(easy, CURLOPT_XFERINFODATA, &job);
  set(easy, CURLOPT_ERRORBUFFER, job.complaint.data());
  set(easy, CURLOPT_MAIL_FROM, ("<" + job.envelope.from + ">").c_str());
  set(easy, CURLOPT_MAIL_RCPT, recipients);
  set(easy, CURLOPT_UPLOAD, 1L);
  set(easy, CURLOPT_READFUNCTION, &give_bytes);
  set(easy, CURLOPT_READDATA, &job);
  set(easy, CURLOPT_HEADERFUNCTION, &hear_line);
  set(easy, CURLOPT_HEADERDATA, &job);
  if (!server.username.empty()) {
    set(easy, CURLOPT_USERNAME, server.username.c_str());
    set(easy, CURLOPT_PASSWORD, server.password.c_str());
    if (!server.identity.empty()) { set(easy, CURLOPT_SASL_AUTHZID, server.identity.c_str()); }
  }
  set_tls(easy, server);
}

/// Its time is up, and a thread has it.
Error overdue(const Job& job) {
  if (job.handed) {
    return error(Code::timeout,
                 fmt::format("mail server {} has the mail and gave no answer in time", job.place));
  }
  return error(Code::unavailable,
               fmt::format("mail server {} did not take the mail in time", job.place));
}

Error smtp_error(CURL* easy, const Job& job, CURLcode code) {
  long answered = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answered);
  const bool refused = answered >= 400 && !job.answer.empty();
  std::string what = fmt::format("mail server {}: ", job.place);
  if (refused) {
    what += job.answer;
  } else {
    what += job.complaint[0] != 0 ? job.complaint.data() : curl_easy_strerror(code);
  }
  if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED ||
      code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
      code == CURLE_SSL_CACERT_BADFILE) {
    const bool for_now = code == CURLE_LOGIN_DENIED && answered >= 400 && answered < 500;
    return Error{Code::denied, for_now ? Retry::later : Retry::never, std::move(what)};
  }
  if (answered >= 500 && answered < 600) { return error(Code::invalid, std::move(what)); }
  if (refused) { return error(Code::unavailable, std::move(what)); }
  if (code == CURLE_OPERATION_TIMEDOUT) { return overdue(job); }
  if (job.handed) {
    return error(
        Code::timeout,
        fmt::format("mail server {} has the mail and hung up without an answer", job.place));
  }
  if (code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING) {
    return error(Code::unavailable,
                 fmt::format("mail server {} hung up before it took the mail", job.place));
  }
  return error(Code::unavailable, std::move(what));
}

/// On a thread that may wait.
void carry(Job& job, int64_t left_ms) {
  const Easy easy{curl_easy_init()};
  const Recipients recipients = recipients_of(job.envelope);
  if (!easy || !recipients) {
    return job.settle(error(Code::exhausted, "no memory for one more mail"));
  }
  prepare(easy.get(), job, recipients.get(), left_ms);
  const CURLcode code = curl_easy_perform(easy.get());
  job.settle(code == CURLE_OK ? Result<std::string>(job.answer)
                              : smtp_error(easy.get(), job, code));
}

}  // namespace

/// Who carries which mail. Shared with the threads, which may outlive the client.
struct SmtpClient::Office : std::enable_shared_from_this<Office> {
  explicit Office(Loop& home) : loop(&home) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    ASSERT(started == CURLE_OK, "libcurl does not start: {}", curl_easy_strerror(started));
  }

  void submit(const std::shared_ptr<Job>& job) {
    {
      const std::lock_guard lock(mutex);
      if (!may_begin(*job)) {
        waiting.push_back(job);
        return;
      }
      under_way.push_back(job);
    }
    try {
      std::thread([office = shared_from_this(), job] { work(office, job); }).detach();
    } catch (const std::system_error&) {
      forget(job);
      job->settle(error(Code::exhausted, "no thread for one more mail"));
    }
  }

  static void work(const std::shared_ptr<Office>& office, std::shared_ptr<Job> job) {
    pthread_setname_np(pthread_self(), "smtp");
    while (job) {
      const int64_t left = office->left_ms(*job);
      if (left > 0) { carry(*job, left); }
      job = office->next_after(job);
    }
  }

  /// With the mutex held.
  bool may_begin(const Job& job) const {
    const auto of_server = std::ranges::count(under_way, job.place, &Job::place);
    const auto of_recipients = std::ranges::count(under_way, job.recipients, &Job::recipients);
    return under_way.size() < kAtOnce && static_cast<size_t>(of_server) < kAtOnceOfServer &&
           static_cast<size_t>(of_recipients) < kAtOnceOfRecipients;
  }

  void forget(const std::shared_ptr<Job>& job) {
    const std::lock_guard lock(mutex);
    std::erase(under_way, job);
  }

  /// The longest waiting mail that may begin now that this one is done with; nullptr: none.
  std::shared_ptr<Job> next_after(const std::shared_ptr<Job>& done_with) {
    const std::lock_guard lock(mutex);
    std::erase(under_way, done_with);
    const auto next =
        std::ranges::find_if(waiting, [&](const auto& job) { return may_begin(*job); });
    if (next == waiting.end()) { return nullptr; }
    std::shared_ptr<Job> job = std::move(*next);
    waiting.erase(next);
    under_way.push_back(job);
    return job;
  }

  int64_t left_ms(const Job& job) {
    const std::lock_guard lock(mutex);
    if (loop == nullptr || job.over) { return 0; }
    const Nanos left = job.deadline - loop->clock().mono();
    return std::min<int64_t>(std::chrono::ceil<Millis>(left).count(), 3'600'000);
  }

  /// From a thread: the first word counts.
  void settle(Job& job, Result<std::string> result) {
    const std::lock_guard lock(mutex);
    if (loop == nullptr || job.settled.exchange(true)) { return; }
    auto shared = std::make_shared<Result<std::string>>(std::move(result));
    loop->post([done = job.done, shared] { done->complete(std::move(*shared)); });
  }

  /// On the loop: nobody waits any longer. A thread that has it ends by itself.
  void give_up(const std::shared_ptr<Job>& job, std::optional<Error> why) {
    size_t before = 0;
    bool waited = false;
    {
      const std::lock_guard lock(mutex);
      const auto found = std::ranges::find(waiting, job);
      waited = found != waiting.end();
      before = static_cast<size_t>(found - waiting.begin()) + under_way.size();
      if (waited) { waiting.erase(found); }
      job->over = true;
      if (job->settled.exchange(true)) { return; }
    }
    if (!why && waited) {
      why = error(Code::unavailable,
                  fmt::format("mail server {}: the mail never had its turn, {} were before it",
                              job->place, before));
    }
    job->done->complete(why ? *std::move(why) : overdue(*job));
  }

  void close() {
    const std::lock_guard lock(mutex);
    loop = nullptr;
    waiting.clear();
    for (const std::shared_ptr<Job>& job : under_way) { job->over = true; }
  }

  std::mutex mutex;
  Loop* loop;  ///< nullptr once the client is gone.
  std::deque<std::shared_ptr<Job>> waiting;
  std::vector<std::shared_ptr<Job>> under_way;
};

SmtpClient::SmtpClient(Loop& loop) : office_(std::make_shared<Office>(loop)) {}

SmtpClient::~SmtpClient() {
  office_->close();
}

Task<Result<std::string>> SmtpClient::send(SmtpServer server, Envelope envelope,
                                           MonoTime deadline) {
  const std::shared_ptr<Office> office = office_;
  Loop& loop = *office->loop;
  if (deadline <= loop.clock().mono()) {
    co_return error(Code::unavailable, "no time left to hand over the mail");
  }
  auto job = std::make_shared<Job>();
  job->server = std::move(server);
  job->envelope = std::move(envelope);
  job->deadline = deadline;
  job->place = place_of(job->server);
  job->recipients = fmt::format("{}", fmt::join(job->envelope.to, ","));
  const auto done = std::make_shared<Done>();
  job->done = done;
  // The thread holds both while it carries; a job that held the office would hold itself.
  job->settle = [keep = std::weak_ptr<Office>(office),
                 raw = job.get()](Result<std::string> result) {
    if (const auto held = keep.lock()) { held->settle(*raw, std::move(result)); }
  };
  const std::weak_ptr<Job> weak = job;
  done->on_cancel = [office, weak] {
    if (const auto held = weak.lock()) {
      office->give_up(held, error(Code::cancelled, "mail was cut off"));
    }
  };
  const Loop::TimerId timer =
      loop.call_at(deadline, [office, job] { office->give_up(job, std::nullopt); });
  office->submit(job);
  Result<std::string> result = co_await wait(done);
  loop.cancel_timer(timer);
  co_return result;
}

}  // namespace vigie::oncall
