#pragma once

#include <string_view>

#include "activities/activity.h"

namespace weft::activities {

/// An answer's body as a value: JSON parsed, text as text (converted from its character set), anything else
/// `{ base64, content_type }`; null if it is empty.
Outcome<expr::Value> BodyValue(std::string_view content_type, std::string_view body);

/// Text of the body for people, at most its first 4 KB.
std::string BodyStart(std::string_view content_type, std::string_view body);

}  // namespace weft::activities
