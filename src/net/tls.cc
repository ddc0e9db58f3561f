#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <ctime>
#include <map>
#include <mutex>

namespace vigie::net {

namespace {

constexpr size_t kContextsMax = 256;

struct FreeContext {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
};
struct FreeSession {
  void operator()(SSL* p) const { SSL_free(p); }
};

std::string last_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown reason";
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that left would end the program.
int bio_write(BIO* bio, const char* bytes, int count) {
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(fd, bytes, static_cast<size_t>(count), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) { BIO_set_retry_write(bio); }
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* bytes, int max) {
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(fd, bytes, static_cast<size_t>(max), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) { BIO_set_retry_read(bio); }
  if (got == 0) { BIO_set_flags(bio, BIO_FLAGS_IN_EOF); }
  return static_cast<int>(got);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) { return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0; }
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "vigie socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// Changes when a file is replaced, so that a renewed certificate is noticed.
std::string stamp_of(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) { return path; }
  return fmt::format("{}@{}.{}.{}", path, info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ino);
}

}  // namespace

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> ctx;
};
TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

namespace {

using ContextResult = Result<std::shared_ptr<const TlsContext>>;

Status load_own_certificate(SSL_CTX* ctx, const TlsSettings& settings) {
  if (settings.cert_file.empty()) { return ok(); }
  if (SSL_CTX_use_certificate_chain_file(ctx, settings.cert_file.c_str()) != 1) {
    return error(Code::invalid, fmt::format("cannot use the certificate {}: {}", settings.cert_file,
                                            last_openssl_error()));
  }
  const std::string& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
  if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(ctx) != 1) {
    return error(Code::invalid,
                 fmt::format("cannot use the key {}: {}", key, last_openssl_error()));
  }
  return ok();
}

Status load_trust(SSL_CTX* ctx, const TlsSettings& settings) {
  if (settings.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(ctx);
    return ok();
  }
  if (SSL_CTX_load_verify_locations(ctx, settings.ca_file.c_str(), nullptr) != 1) {
    return error(Code::invalid, fmt::format("cannot use the authorities in {}: {}",
                                            settings.ca_file, last_openssl_error()));
  }
  return ok();
}

int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size,
                  const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

ContextResult make_context(const TlsSettings& settings, bool is_server) {
  ERR_clear_error();
  auto impl = std::make_unique<TlsContext::Impl>();
  impl->ctx.reset(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* const ctx = impl->ctx.get();
  if (ctx == nullptr) { return error(Code::exhausted, "no memory for TLS"); }
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  // Closing without close_notify is common; HTTP knows its own ends.
  SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  VIGIE_CHECK(load_own_certificate(ctx, settings));
  if (is_server) {
    if (settings.cert_file.empty()) { return error(Code::invalid, "TLS needs a cert_file"); }
    SSL_CTX_set_alpn_select_cb(ctx, choose_http11, nullptr);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (!settings.ca_file.empty()) {
      VIGIE_CHECK(load_trust(ctx, settings));
      SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
  } else {
    VIGIE_CHECK(load_trust(ctx, settings));
    SSL_CTX_set_verify(ctx, settings.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       nullptr);
  }
  return std::shared_ptr<const TlsContext>(std::make_shared<TlsContext>(std::move(impl)));
}

}  // namespace

ContextResult TlsContext::client(const TlsSettings& settings) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TlsContext>> cache;
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", stamp_of(settings.ca_file), stamp_of(settings.cert_file),
                  stamp_of(settings.key_file), settings.insecure_skip_verify);
  const std::lock_guard lock(mutex);
  if (const auto it = cache.find(key); it != cache.end()) { return it->second; }
  VIGIE_TRY(auto made, make_context(settings, false));
  if (cache.size() >= kContextsMax) { cache.clear(); }
  cache.emplace(key, made);
  return made;
}

ContextResult TlsContext::server(const TlsSettings& settings) {
  return make_context(settings, true);
}

struct TlsSession::Impl {
  std::shared_ptr<const TlsContext> context;
  std::unique_ptr<SSL, FreeSession> ssl;
  std::string reason;

  Impl(std::shared_ptr<const TlsContext> shared, int fd) : context(std::move(shared)) {
    ssl.reset(SSL_new(context->impl().ctx.get()));
    ASSERT(ssl != nullptr, "no memory for a TLS session");
    BIO* const bio = BIO_new(bio_method());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl.get(), bio, bio);
  }

  IoStep judge(int code) {
    switch (SSL_get_error(ssl.get(), code)) {
      case SSL_ERROR_WANT_READ:
        return {.kind = IoStep::Kind::want_read};
      case SSL_ERROR_WANT_WRITE:
        return {.kind = IoStep::Kind::want_write};
      case SSL_ERROR_ZERO_RETURN:
        return {.kind = IoStep::Kind::end};
      case SSL_ERROR_SYSCALL:
        reason = "the connection was reset";
        ERR_clear_error();
        return {.kind = IoStep::Kind::failed};
      default:
        reason = last_openssl_error();
        return {.kind = IoStep::Kind::failed};
    }
  }
};

TlsSession::TlsSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsSession::~TlsSession() = default;

std::unique_ptr<TlsSession> TlsSession::client(std::shared_ptr<const TlsContext> context, int fd,
                                               const TlsSettings& settings,
                                               const std::string& host) {
  auto impl = std::make_unique<Impl>(std::move(context), fd);
  SSL* const ssl = impl->ssl.get();
  SSL_set_connect_state(ssl);
  const std::string& name = settings.server_name.empty() ? host : settings.server_name;
  if (is_address(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
  }
  return std::make_unique<TlsSession>(std::move(impl));
}

std::unique_ptr<TlsSession> TlsSession::server(std::shared_ptr<const TlsContext> context, int fd) {
  auto impl = std::make_unique<Impl>(std::move(context), fd);
  SSL_set_accept_state(impl->ssl.get());
  return std::make_unique<TlsSession>(std::move(impl));
}

IoStep TlsSession::handshake() {
  ERR_clear_error();
  const int code = SSL_do_handshake(impl_->ssl.get());
  if (code == 1) { return {.kind = IoStep::Kind::done}; }
  return impl_->judge(code);
}

IoStep TlsSession::read(char* bytes, size_t max) {
  ERR_clear_error();
  size_t got = 0;
  const int code = SSL_read_ex(impl_->ssl.get(), bytes, max, &got);
  if (code == 1) { return {.kind = IoStep::Kind::done, .bytes = got}; }
  return impl_->judge(code);
}

IoStep TlsSession::write(const char* bytes, size_t count) {
  ERR_clear_error();
  size_t put = 0;
  const int code = SSL_write_ex(impl_->ssl.get(), bytes, count, &put);
  if (code == 1) { return {.kind = IoStep::Kind::done, .bytes = put}; }
  return impl_->judge(code);
}

bool TlsSession::has_pending() const {
  return SSL_has_pending(impl_->ssl.get()) == 1;
}

void TlsSession::say_goodbye() {
  // Only after a good handshake; the peer's answer is not waited for.
  if (SSL_is_init_finished(impl_->ssl.get()) != 0 && impl_->reason.empty()) {
    ERR_clear_error();
    SSL_shutdown(impl_->ssl.get());
  }
}

Error TlsSession::failure() const {
  const long verified = SSL_get_verify_result(impl_->ssl.get());
  if (verified != X509_V_OK && (SSL_get_verify_mode(impl_->ssl.get()) & SSL_VERIFY_PEER) != 0) {
    return vigie::error(Code::denied, fmt::format("the certificate is not trusted: {}",
                                                  X509_verify_cert_error_string(verified)));
  }
  const bool refused_ours = impl_->reason.find("alert") != std::string::npos &&
                            impl_->reason.find("certificate") != std::string::npos;
  return vigie::error(refused_ours ? Code::denied : Code::unavailable,
                      fmt::format("TLS failed: {}", impl_->reason));
}

std::optional<WallTime> TlsSession::earliest_expiry() const {
  std::optional<WallTime> earliest;
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(impl_->ssl.get());
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &parts) != 1) { continue; }
    const WallTime expiry = wall_from_millis(int64_t{timegm(&parts)} * 1000);
    if (!earliest || expiry < *earliest) { earliest = expiry; }
  }
  return earliest;
}

std::string TlsSession::version() const {
  return SSL_get_version(impl_->ssl.get());
}

}  // namespace vigie::net
