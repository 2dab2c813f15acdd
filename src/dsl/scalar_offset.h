#pragma once

#include <cstddef>
#include <string_view>

#include "dsl/document.h"

namespace weft::dsl {

/// The byte of `source`, a scalar as it is written (without quotes), that gave byte `offset` of `text`, its value.
std::size_t SourceOffset(DocumentNode::Style style, std::string_view source, std::string_view text, std::size_t offset);

}  // namespace weft::dsl
