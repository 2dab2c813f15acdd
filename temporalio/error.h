#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace temporalio {

/// What went wrong, as a value. The codes are those of gRPC, with the same numbers; a problem found on this side of the
/// connection carries the code that fits it best.
struct Error {
  enum class Code : int {
    kCancelled = 1,
    kUnknown = 2,
    kInvalidArgument = 3,
    kDeadlineExceeded = 4,
    kNotFound = 5,
    kAlreadyExists = 6,
    kPermissionDenied = 7,
    kResourceExhausted = 8,
    kFailedPrecondition = 9,
    kAborted = 10,
    kOutOfRange = 11,
    kUnimplemented = 12,
    kInternal = 13,
    kUnavailable = 14,
    kDataLoss = 15,
    kUnauthenticated = 16,
  };

  Code code = Code::kUnknown;
  /// A sentence for people. Never holds a key or a certificate.
  std::string message;
  /// What the server sent along: a serialized `google.rpc.Status`, or empty.
  std::string details;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(Error::Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message), {}});
}

/// Whether the trouble may pass by itself, so that the call is worth another try later.
bool MayPass(Error::Code code);

/// The code as gRPC spells it, for example `NOT_FOUND`.
std::string_view CodeName(Error::Code code);

}  // namespace temporalio
