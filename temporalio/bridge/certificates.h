#pragma once

#include "temporalio/bridge/connection.h"
#include "temporalio/error.h"

namespace temporalio::internal {

/// Whether certificates and key can be read and belong together: Core tells neither from a server that is away. Fails
/// with kInvalidArgument.
Result<void> CheckCertificates(const TlsOptions& tls);

}  // namespace temporalio::internal
