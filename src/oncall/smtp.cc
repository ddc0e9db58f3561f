#include "oncall/smtp.h"

#include <curl/curl.h>
#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/utf8.h"

namespace vigie::oncall {

namespace {

constexpr size_t kWaitingMax = 1000;
constexpr long kConnectionsMax = 16;
constexpr int kPollMillis = 10'000;

using Done = Completion<Result<std::string>>;

struct Job {
  SmtpServer server;
  Envelope envelope;
  long timeout_ms = 0;
  std::shared_ptr<Done> done;
  std::atomic<bool> cancelled{false};

  // Owned by the thread.
  CURL* easy = nullptr;
  curl_slist* recipients = nullptr;
  size_t offset = 0;
  std::string answer;  ///< The server's last line about the mail.
  std::array<char, CURL_ERROR_SIZE> complaint{};

  ~Job() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(recipients);
  }
};

size_t give_bytes(char* out, size_t size, size_t count, void* user) {
  Job& job = *static_cast<Job*>(user);
  const size_t given = std::min(size * count, job.envelope.bytes.size() - job.offset);
  std::memcpy(out, job.envelope.bytes.data() + job.offset, given);
  job.offset += given;
  return given;
}

size_t hear_line(char* data, size_t size, size_t count, void* user) {
  const std::string_view line{data, size * count};
  // The answer to our leaving says nothing about the mail.
  if (line.starts_with("221")) { return size * count; }
  const std::string_view said = line.substr(0, line.find_last_not_of("\r\n") + 1);
  static_cast<Job*>(user)->answer = repaired_utf8(std::string(cut_utf8(said, 300)));
  return size * count;
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

/// False when libcurl has no memory left.
bool prepare(Job& job) {
  job.easy = curl_easy_init();
  if (job.easy == nullptr) { return false; }
  CURL* easy = job.easy;
  const SmtpServer& server = job.server;
  set(easy, CURLOPT_URL, url_of(server).c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A proxy from the environment would see every page.
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_TIMEOUT_MS, job.timeout_ms);
  set(easy, CURLOPT_ERRORBUFFER, job.complaint.data());
  set(easy, CURLOPT_MAIL_FROM, ("<" + job.envelope.from + ">").c_str());
  for (const std::string& to : job.envelope.to) {
    curl_slist* longer = curl_slist_append(job.recipients, ("<" + to + ">").c_str());
    if (longer == nullptr) { return false; }
    job.recipients = longer;
  }
  set(easy, CURLOPT_MAIL_RCPT, job.recipients);
  set(easy, CURLOPT_UPLOAD, 1L);
  set(easy, CURLOPT_READFUNCTION, &give_bytes);
  set(easy, CURLOPT_READDATA, &job);
  set(easy, CURLOPT_HEADERFUNCTION, &hear_line);
  set(easy, CURLOPT_HEADERDATA, &job);
  set(easy, CURLOPT_PRIVATE, &job);
  if (!server.username.empty()) {
    set(easy, CURLOPT_USERNAME, server.username.c_str());
    set(easy, CURLOPT_PASSWORD, server.password.c_str());
    if (!server.identity.empty()) { set(easy, CURLOPT_SASL_AUTHZID, server.identity.c_str()); }
  }
  set_tls(easy, server);
  return true;
}

Error smtp_error(const Job& job, CURLcode code) {
  long answered = 0;
  curl_easy_getinfo(job.easy, CURLINFO_RESPONSE_CODE, &answered);
  const std::string where = fmt::format("{}:{}", job.server.host, job.server.port);
  std::string what = fmt::format("mail server {}: ", where);
  if (answered >= 400 && !job.answer.empty()) {
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
  if (code == CURLE_OPERATION_TIMEDOUT) { return error(Code::timeout, std::move(what)); }
  return error(Code::unavailable, std::move(what));
}

}  // namespace

struct SmtpClient::Impl {
  explicit Impl(Loop& home) : loop(home) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    ASSERT(started == CURLE_OK, "libcurl does not start: {}", curl_easy_strerror(started));
    multi = curl_multi_init();
    ASSERT(multi != nullptr, "libcurl has no memory");
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kConnectionsMax);
    thread = std::thread([this] { work(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi);
    thread.join();
    curl_multi_cleanup(multi);
  }

  Status submit(std::shared_ptr<Job> job) {
    {
      const std::lock_guard lock(mutex);
      if (arrived.size() + under_way >= kWaitingMax) {
        return error(Code::exhausted, "too much mail is waiting");
      }
      arrived.push_back(std::move(job));
    }
    curl_multi_wakeup(multi);
    return ok();
  }

  void work() {
    pthread_setname_np(pthread_self(), "smtp");
    while (take_arrivals()) {
      int running = 0;
      curl_multi_perform(multi, &running);
      finish_done();
      drop_cancelled();
      curl_multi_poll(multi, nullptr, 0, kPollMillis, nullptr);
    }
    for (const std::shared_ptr<Job>& job : std::exchange(jobs, {})) {
      curl_multi_remove_handle(multi, job->easy);
      settle(job, error(Code::cancelled, "mail was cut off: Vigie is stopping"));
    }
  }

  /// False when it is time to go.
  bool take_arrivals() {
    std::deque<std::shared_ptr<Job>> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(arrived);
      under_way = jobs.size() + batch.size();
      if (stopping) {
        jobs.insert(jobs.end(), batch.begin(), batch.end());
        return false;
      }
    }
    for (std::shared_ptr<Job>& job : batch) {
      if (!prepare(*job) || curl_multi_add_handle(multi, job->easy) != CURLM_OK) {
        settle(job, error(Code::exhausted, "no memory for one more mail"));
        continue;
      }
      jobs.push_back(std::move(job));
    }
    return true;
  }

  void finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) { continue; }
      const CURLcode code = message->data.result;
      CURL* easy = message->easy_handle;
      const auto found = std::ranges::find(jobs, easy, [](const auto& job) { return job->easy; });
      curl_multi_remove_handle(multi, easy);
      if (found == jobs.end()) { continue; }
      const std::shared_ptr<Job> job = *found;
      jobs.erase(found);
      if (code == CURLE_OK) {
        settle(job, job->answer);
      } else {
        settle(job, smtp_error(*job, code));
      }
    }
  }

  void drop_cancelled() {
    std::erase_if(jobs, [&](const std::shared_ptr<Job>& job) {
      if (!job->cancelled) { return false; }
      curl_multi_remove_handle(multi, job->easy);
      settle(job, error(Code::cancelled, "mail was cut off"));
      return true;
    });
  }

  void settle(const std::shared_ptr<Job>& job, Result<std::string> result) {
    auto shared = std::make_shared<Result<std::string>>(std::move(result));
    loop.post([done = job->done, shared] { done->complete(std::move(*shared)); });
  }

  // Constant after construction.
  Loop& loop;
  CURLM* multi = nullptr;
  std::thread thread;
  // Owned by the thread.
  std::vector<std::shared_ptr<Job>> jobs;
  // Behind the mutex.
  std::mutex mutex;
  std::deque<std::shared_ptr<Job>> arrived;
  size_t under_way = 0;
  bool stopping = false;
};

SmtpClient::SmtpClient(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
SmtpClient::~SmtpClient() = default;

Task<Result<std::string>> SmtpClient::send(SmtpServer server, Envelope envelope,
                                           MonoTime deadline) {
  const auto left =
      std::chrono::duration_cast<Millis>(deadline - impl_->loop.clock().mono()).count();
  if (left <= 0) { co_return error(Code::timeout, "no time left to hand over the mail"); }
  auto job = std::make_shared<Job>();
  job->server = std::move(server);
  job->envelope = std::move(envelope);
  job->timeout_ms = static_cast<long>(std::min<int64_t>(left, 3'600'000));
  job->done = std::make_shared<Done>();
  CURLM* multi = impl_->multi;
  job->done->on_cancel = [weak = std::weak_ptr<Job>(job), multi] {
    const std::shared_ptr<Job> held = weak.lock();
    if (!held) { return; }
    held->cancelled = true;
    curl_multi_wakeup(multi);
  };
  const std::shared_ptr<Done> done = job->done;
  VIGIE_CO_CHECK(impl_->submit(std::move(job)));
  Result<std::string> result = co_await wait(done);
  co_return result;
}

}  // namespace vigie::oncall
