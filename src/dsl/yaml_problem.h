#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dsl/diagnostic.h"

namespace weft::dsl {

/// What is wrong with a text as YAML, for people.
struct YamlProblem {
  std::string message;
  std::string hint;
};

/// libfyaml's message in plainer words, with a hint where the usual mistake is known: unquoted expressions, tabs,
/// unclosed quotes.
YamlProblem ExplainYamlProblem(std::string_view message, std::string_view text, Position at);

/// The place of a byte of a text that is valid UTF-8 up to there.
Position PositionOfByte(std::string_view text, std::size_t offset);

}  // namespace weft::dsl
