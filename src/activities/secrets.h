#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "activities/mask.h"
#include "contract/activity.h"

namespace weft::activities {

/// Gives a secret's value by its name; fails with code `secret`. Called from several threads.
using SecretResolver = std::function<Result<std::string>(const std::string& name)>;

/// Secrets of this machine: the variable WEFT_SECRET_NAME (as it is written, else in capitals with `_` for everything
/// that is no letter or digit), else the file NAME in the directory WEFT_SECRETS_DIR, without its final newline.
SecretResolver LocalSecrets();

/// Puts the secrets where the arguments name them, and into the masker.
Result<void> FillSecrets(contract::ActivityInput& input, const SecretResolver& resolve, Masker& masker);

}  // namespace weft::activities
