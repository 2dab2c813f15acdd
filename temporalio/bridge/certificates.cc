#include "temporalio/bridge/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace temporalio::internal {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A key with a password is none that Core could read.
int NoPassword(char*, int, int, void*) { return -1; }

template <class Read>
auto ReadPem(const std::string& text, Read read) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                      &BIO_free);
  return read(bio.get(), nullptr, &NoPassword, nullptr);
}

}  // namespace

Result<void> CheckCertificates(const TlsOptions& tls) {
  if (tls.client_cert.empty() != tls.client_private_key.empty())
    return Fail(Error::Code::kInvalidArgument,
                "A client certificate and its private key belong together, but only one of them is set.");
  if (!tls.server_root_ca_cert.empty() && !Certificate(ReadPem(tls.server_root_ca_cert, PEM_read_bio_X509), &X509_free))
    return Fail(Error::Code::kInvalidArgument, "The root certificate for Temporal is not a certificate in PEM form.");
  if (tls.client_cert.empty()) return {};
  const Certificate certificate(ReadPem(tls.client_cert, PEM_read_bio_X509), &X509_free);
  if (!certificate)
    return Fail(Error::Code::kInvalidArgument, "The client certificate for Temporal is not a certificate in PEM form.");
  const Key key(ReadPem(tls.client_private_key, PEM_read_bio_PrivateKey), &EVP_PKEY_free);
  if (!key)
    return Fail(Error::Code::kInvalidArgument,
                "The private key for Temporal is not a key in PEM form without a password.");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return Fail(Error::Code::kInvalidArgument, "The private key for Temporal is not that of the client certificate.");
  return {};
}

}  // namespace temporalio::internal
