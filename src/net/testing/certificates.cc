#include "net/testing/certificates.h"

#include <fmt/core.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/assert.h"

namespace vigie::net {

namespace {

EVP_PKEY* make_key() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  ASSERT(key != nullptr, "no key");
  return key;
}

void add_extension(X509* cert, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ASSERT(extension != nullptr, "bad extension {}", value);
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const std::string& name, long serial, Seconds lasts) {
  X509* cert = X509_new();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
  X509_gmtime_adj(X509_getm_notBefore(cert), -24 * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(cert), lasts.count());
  X509_set_pubkey(cert, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return cert;
}

template <class F>
void write_pem(const std::string& path, F write) {
  FILE* const file = std::fopen(path.c_str(), "w");
  ASSERT(file != nullptr, "cannot write {}", path);
  write(file);
  std::fclose(file);
}

}  // namespace

struct TestAuthority::Impl {
  EVP_PKEY* key = nullptr;
  X509* cert = nullptr;
};

TestAuthority::TestAuthority() : impl_(new Impl) {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-ca-XXXXXX").string();
  dir_ = ::mkdtemp(pattern.data());
  impl_->key = make_key();
  impl_->cert = make_certificate(impl_->key, "vigie test authority", 1, Seconds{30 * 24 * 3600});
  X509_set_issuer_name(impl_->cert, X509_get_subject_name(impl_->cert));
  add_extension(impl_->cert, impl_->cert, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(impl_->cert, impl_->key, EVP_sha256());
  write_pem(ca_file(), [&](FILE* file) { PEM_write_X509(file, impl_->cert); });
}

TestAuthority::~TestAuthority() {
  X509_free(impl_->cert);
  EVP_PKEY_free(impl_->key);
  delete impl_;
  std::filesystem::remove_all(dir_);
}

TestAuthority::Files TestAuthority::issue(const std::string& names, Seconds lasts) {
  const int number = ++issued_;
  Files out{.cert_file = fmt::format("{}/{}.pem", dir_, number),
            .key_file = fmt::format("{}/{}.key", dir_, number)};
  EVP_PKEY* const key = make_key();
  X509* const cert = make_certificate(key, "vigie test", 100 + number, lasts);
  X509_set_issuer_name(cert, X509_get_subject_name(impl_->cert));
  add_extension(cert, impl_->cert, NID_subject_alt_name, names);
  X509_sign(cert, impl_->key, EVP_sha256());
  write_pem(out.cert_file, [&](FILE* file) {
    PEM_write_X509(file, cert);
    PEM_write_X509(file, impl_->cert);
  });
  write_pem(out.key_file, [&](FILE* file) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(cert);
  EVP_PKEY_free(key);
  return out;
}

}  // namespace vigie::net
