#include "temporalio/error.h"

namespace temporalio {

bool MayPass(Error::Code code) {
  using enum Error::Code;
  return code == kUnavailable || code == kDeadlineExceeded || code == kResourceExhausted || code == kInternal ||
         code == kUnknown;
}

std::string_view CodeName(Error::Code code) {
  using enum Error::Code;
  switch (code) {
    case kCancelled: return "CANCELLED";
    case kUnknown: return "UNKNOWN";
    case kInvalidArgument: return "INVALID_ARGUMENT";
    case kDeadlineExceeded: return "DEADLINE_EXCEEDED";
    case kNotFound: return "NOT_FOUND";
    case kAlreadyExists: return "ALREADY_EXISTS";
    case kPermissionDenied: return "PERMISSION_DENIED";
    case kResourceExhausted: return "RESOURCE_EXHAUSTED";
    case kFailedPrecondition: return "FAILED_PRECONDITION";
    case kAborted: return "ABORTED";
    case kOutOfRange: return "OUT_OF_RANGE";
    case kUnimplemented: return "UNIMPLEMENTED";
    case kInternal: return "INTERNAL";
    case kUnavailable: return "UNAVAILABLE";
    case kDataLoss: return "DATA_LOSS";
    case kUnauthenticated: return "UNAUTHENTICATED";
  }
  return "UNKNOWN";
}

}  // namespace temporalio
