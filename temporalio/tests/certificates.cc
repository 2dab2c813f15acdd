#include "temporalio/tests/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace temporalio::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Key MakeKey() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void Extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by itself if there is no issuer.
Certificate Issue(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 0;
  Certificate certificate(X509_new(), X509_free);
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), -3600);
  X509_gmtime_adj(X509_getm_notAfter(raw), 3600);
  X509_set_pubkey(raw, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw, X509_get_subject_name(issuer ? issuer : raw));
  if (issuer) {
    Extend(raw, issuer, NID_subject_alt_name, ("DNS:" + name).c_str());
  } else {
    Extend(raw, raw, NID_basic_constraints, "critical,CA:TRUE");
  }
  X509_sign(raw, issuer ? issuer_key : key, EVP_sha256());
  return certificate;
}

template <class Write>
std::string Pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  write(memory.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Identity ToPem(X509* certificate, EVP_PKEY* key) {
  return {Pem([&](BIO* to) { PEM_write_bio_X509(to, certificate); }),
          Pem([&](BIO* to) { PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); })};
}

Certificates Make() {
  const Key authority_key = MakeKey(), server_key = MakeKey(), client_key = MakeKey();
  const Certificate authority = Issue("Test authority", authority_key.get(), nullptr, nullptr);
  const Certificate server = Issue("temporal.test", server_key.get(), authority.get(), authority_key.get());
  const Certificate client = Issue("client.test", client_key.get(), authority.get(), authority_key.get());
  return {ToPem(authority.get(), authority_key.get()).certificate, ToPem(server.get(), server_key.get()),
          ToPem(client.get(), client_key.get())};
}

}  // namespace

const Certificates& TestCertificates() {
  static const Certificates certificates = Make();
  return certificates;
}

}  // namespace temporalio::test
