#pragma once

#include <string>

namespace temporalio::test {

/// A certificate and its private key, as PEM.
struct Identity {
  std::string certificate;
  std::string private_key;
};

/// A certificate authority of this test alone, and whom it vouches for.
struct Certificates {
  std::string authority;
  Identity server;  ///< for the name `temporal.test`
  Identity client;
};

const Certificates& TestCertificates();

}  // namespace temporalio::test
