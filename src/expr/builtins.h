#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::expr {

/// Whether an expression may call this function of jq with so many arguments.
bool IsBuiltin(std::string_view name, int arity);

/// How many functions jq's own `builtins` should list: those above whose names do not begin with `_`.
std::size_t CountBuiltins();

/// Why a function that jq knows is not to be had here, or a name that was perhaps meant; empty if neither is known.
std::string HintForFunction(std::string_view name, int arity);

/// The closest of `candidates` within two edits, or nothing. `candidates` are separated by spaces.
std::optional<std::string> DidYouMean(std::string_view name, std::string_view candidates);

}  // namespace weft::expr
