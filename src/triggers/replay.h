#pragma once

#include "triggers/inbox.h"

namespace weft::triggers {

/// Takes a delivery once more, as a new one: its payload through the trigger of the latest revision, or, of a start by
/// hand, its input. Fails with `not_found` when workflow or trigger are gone, with `conflict` when the workflow is no
/// longer to be started by hand, and with `store.*`.
Result<Accepted> Replay(Definitions& definitions, Inbox& inbox, const store::Delivery& delivery);

}  // namespace weft::triggers
