#include "oncall/testing/smtp_sink.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/assert.h"
#include "oncall/testing/listener.h"

namespace vigie::oncall {

namespace {

constexpr size_t kLineMax = 1 << 20;

/// A socket with or without TLS, by lines.
class Talk {
 public:
  explicit Talk(int fd) : fd_(fd) {}
  ~Talk() {
    if (ssl_ != nullptr) { SSL_free(ssl_); }
  }

  std::optional<std::string> line() {
    while (true) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string out = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (!out.empty() && out.back() == '\r') { out.pop_back(); }
        return out;
      }
      char block[4096];
      const int got = ssl_ != nullptr ? SSL_read(ssl_, block, sizeof block)
                                      : static_cast<int>(::recv(fd_, block, sizeof block, 0));
      if (got <= 0 || buffer_.size() > kLineMax) { return std::nullopt; }
      buffer_.append(block, static_cast<size_t>(got));
    }
  }

  void say(std::string text) {
    text += "\r\n";
    if (ssl_ != nullptr) {
      SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    } else {
      ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    }
  }

  bool start_tls(SSL_CTX* context) {
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd_);
    buffer_.clear();
    return SSL_accept(ssl_) == 1;
  }
  bool tls() const { return ssl_ != nullptr; }

 private:
  int fd_;
  SSL* ssl_ = nullptr;
  std::string buffer_;
};

std::string unbase64(const std::string& text) {
  std::string out(text.size() + 4, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) { return ""; }
  const auto padding = static_cast<size_t>(std::ranges::count(text, '='));
  out.resize(static_cast<size_t>(size) - std::min(padding, static_cast<size_t>(size)));
  return out;
}

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

std::string between_angles(const std::string& text) {
  const size_t open = text.find('<');
  const size_t close = text.find('>');
  if (open == std::string::npos || close == std::string::npos) { return text; }
  return text.substr(open + 1, close - open - 1);
}

/// A key and a certificate that signs itself, for a day around now.
SSL_CTX* make_context(const std::string& pem_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(pem_file.c_str(), "we");
  ASSERT(file != nullptr, "cannot write {}", pem_file);
  PEM_write_X509(file, certificate);
  std::fclose(file);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace

std::string SunkMail::header(std::string_view name) const {
  const std::string wanted = upper(name) + ":";
  std::string out;
  bool inside = false;
  std::string_view rest{bytes};
  while (!rest.empty()) {
    const size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    if (line.empty() || end == std::string_view::npos) { break; }
    rest.remove_prefix(end + 2);
    if (inside && (line.front() == ' ' || line.front() == '\t')) {
      out += line;
      continue;
    }
    if (inside) { break; }
    if (upper(line.substr(0, wanted.size())) == wanted) {
      inside = true;
      out = line.substr(std::min(line.size(), wanted.size() + 1));
    }
  }
  return out;
}

std::string SunkMail::body() const {
  const size_t end = bytes.find("\r\n\r\n");
  return end == std::string::npos ? "" : bytes.substr(end + 4);
}

struct SmtpSink::Impl {
  mutable std::mutex mutex;
  Behaviour behaviour;
  std::vector<SunkMail> mails;
  std::string pem;
  SSL_CTX* context = nullptr;
  std::unique_ptr<Listener> listener;

  Behaviour now() const {
    const std::lock_guard lock(mutex);
    return behaviour;
  }

  void serve(int fd) {
    const Behaviour b = now();
    Talk talk{fd};
    if (b.hang) {
      while (talk.line()) {}
      return;
    }
    talk.say(b.greeting);
    SunkMail mail;
    while (const std::optional<std::string> line = talk.line()) {
      if (!command(talk, b, *line, mail)) { return; }
    }
  }

  /// False when the talk is over.
  bool command(Talk& talk, const Behaviour& b, const std::string& line, SunkMail& mail) {
    const std::string verb = upper(line.substr(0, line.find_first_of(" :")));
    if (verb == "EHLO" || verb == "HELO") {
      mail = SunkMail{.hello = line.substr(std::min<size_t>(5, line.size())), .tls = talk.tls()};
      greet(talk, b);
    } else if (verb == "STARTTLS" && b.starttls) {
      talk.say("220 go ahead");
      return talk.start_tls(context);
    } else if (verb == "AUTH") {
      log_in(talk, b, line, mail);
    } else if (!b.username.empty() && mail.logged_in.empty() && verb != "QUIT") {
      talk.say("530 5.7.0 log in first");
    } else if (verb == "MAIL") {
      mail.from = between_angles(line);
      talk.say("250 ok");
    } else if (verb == "RCPT") {
      mail.to.push_back(between_angles(line));
      talk.say(b.to_recipient);
    } else if (verb == "DATA") {
      return data(talk, b, mail);
    } else if (verb == "QUIT") {
      talk.say("221 bye");
      return false;
    } else {
      talk.say(verb == "RSET" || verb == "NOOP" ? "250 ok" : "502 not known");
    }
    return true;
  }

  static void greet(Talk& talk, const Behaviour& b) {
    std::string text = "250-sink";
    if (b.starttls && !talk.tls()) { text += "\r\n250-STARTTLS"; }
    if (!b.username.empty()) { text += "\r\n250-AUTH PLAIN LOGIN"; }
    talk.say(text + "\r\n250 8BITMIME");
  }

  static void log_in(Talk& talk, const Behaviour& b, const std::string& line, SunkMail& mail) {
    const size_t last = line.rfind(' ');
    std::string user;
    std::string password;
    if (upper(line).starts_with("AUTH PLAIN")) {
      std::string given = line.size() > 11 ? line.substr(last + 1) : "";
      if (given.empty()) {
        talk.say("334 ");
        given = talk.line().value_or("");
      }
      const std::string plain = unbase64(given);
      const size_t first = plain.find('\0');
      const size_t second = plain.find('\0', first == std::string::npos ? first : first + 1);
      if (second != std::string::npos) {
        user = plain.substr(first + 1, second - first - 1);
        password = plain.substr(second + 1);
      }
    } else {
      talk.say("334 VXNlcm5hbWU6");
      user = unbase64(talk.line().value_or(""));
      talk.say("334 UGFzc3dvcmQ6");
      password = unbase64(talk.line().value_or(""));
    }
    const bool right = user == b.username && password == b.password;
    if (right) { mail.logged_in = user; }
    talk.say(right ? "235 welcome" : "535 5.7.8 wrong name or password");
  }

  bool data(Talk& talk, const Behaviour& b, SunkMail& mail) {
    talk.say("354 go on");
    mail.bytes.clear();
    while (std::optional<std::string> line = talk.line()) {
      if (*line == ".") {
        if (b.to_message.starts_with("2")) {
          const std::lock_guard lock(mutex);
          mails.push_back(mail);
        }
        if (b.drop_after_data) { return false; }
        if (std::ranges::find(mail.to, b.hang_for) != mail.to.end()) {
          while (talk.line()) {}
          return false;
        }
        if (b.answers_after > Millis{0}) {
          ::poll(nullptr, 0, static_cast<int>(b.answers_after.count()));
        }
        talk.say(b.to_message);
        mail.to.clear();
        return true;
      }
      if (line->starts_with("..")) { line->erase(0, 1); }
      mail.bytes += *line + "\r\n";
    }
    return false;
  }
};

SmtpSink::SmtpSink() : SmtpSink(Behaviour{}) {}

SmtpSink::SmtpSink(Behaviour behaviour, uint16_t port) : impl_(std::make_unique<Impl>()) {
  impl_->behaviour = std::move(behaviour);
  std::string path = (std::filesystem::temp_directory_path() / "vigie-sink-XXXXXX").string();
  const int fd = ::mkstemp(path.data());
  ASSERT(fd >= 0, "no temporary file");
  ::close(fd);
  impl_->pem = path;
  impl_->context = make_context(path);
  impl_->listener =
      std::make_unique<Listener>(port, [impl = impl_.get()](int talk) { impl->serve(talk); });
}

SmtpSink::~SmtpSink() {
  impl_->listener->stop();
  SSL_CTX_free(impl_->context);
  ::unlink(impl_->pem.c_str());
}

uint16_t SmtpSink::port() const {
  return impl_->listener->port();
}

std::string SmtpSink::address() const {
  return "127.0.0.1:" + std::to_string(port());
}

std::string SmtpSink::certificate_file() const {
  return impl_->pem;
}

std::vector<SunkMail> SmtpSink::mails() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->mails;
}

void SmtpSink::behave(Behaviour behaviour) {
  const std::lock_guard lock(impl_->mutex);
  impl_->behaviour = std::move(behaviour);
}

}  // namespace vigie::oncall
