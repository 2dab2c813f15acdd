#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expr/value.h"

namespace weft::notify {

enum class Language : std::uint8_t { kEnglish, kChinese };

/// `en`, `zh`; English for anything else.
Language LanguageOf(std::string_view name);

/// What a channel tells people, in their language; each channel lays it out as its service can show it. All texts are
/// plain: whoever puts one into markup escapes it.
struct Message {
  enum class Tone : std::uint8_t { kBad, kWarning, kGood, kNeutral };
  struct Field {
    std::string label, value;
  };

  Language language = Language::kEnglish;
  Tone tone = Tone::kNeutral;
  std::string title;          ///< one line
  std::string text;           ///< what went wrong, or what the workflow says
  std::vector<Field> fields;  ///< what, where, how often, how long
  Field detail;               ///< the last lines of stderr, a traceback or an answer; its value may be empty
  Field link;                 ///< where the instance is shown; empty without a public address

  /// The same for programs: what a channel of kind `webhook` posts.
  std::string payload;
};

/// `content` is a report of a run (`{ event, workflow, namespace, instance, revision, status, trigger, node, error,
/// attempts, startedAt, endedAt }`), or what a node of kind `notify` says (`{ event: "message", workflow, namespace,
/// instance, node, title, text }`). `base_url` is the server's public address, or empty.
Message MakeMessage(const expr::Value& content, Language language, std::string_view base_url);

/// Cuts to at most so many bytes, between characters, and says so with an ellipsis.
std::string Shortened(std::string_view text, std::size_t bytes);

}  // namespace weft::notify
