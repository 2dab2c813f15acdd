#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "expr/value.h"
#include "notify/kinds.h"

/// What channels are configured with, as it comes in and as it is shown again.
namespace weft::notify {

/// The events that a channel may be told of whatever the workflow.
bool IsRuleEvent(std::string_view event);

/// Checks `given` and fills in from `before` (null: a new channel) what it does not repeat: secrets that are left out,
/// and addresses as View shows them. A secret that is null is removed. Fails with `validation`.
Result<expr::Value> CheckSettings(const Kind& kind, const expr::Value& given, const expr::Value& before);

/// What may be shown: without secrets, addresses without what may be one (`https://hooks.example/…`). `secrets` gets
/// the names of those that are set.
expr::Value ViewOfSettings(const Kind& kind, const expr::Value& settings, std::vector<std::string>& secrets);

/// `text` with every secret of the settings, and every address that holds one, replaced by `***`.
std::string WithoutSecrets(const Kind& kind, const expr::Value& settings, std::string text);

}  // namespace weft::notify
