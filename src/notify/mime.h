#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

/// Messages of RFC 5322 and MIME, as far as notifications need them.
namespace weft::notify {

struct Letter {
  std::string from;  ///< `name@example.org` or `Name <name@example.org>`
  std::vector<std::string> to;
  std::string subject;
  std::string text, html;  ///< the same twice; the reader's program chooses
  std::string id;          ///< of the Message-ID, before the sender's domain
  Timestamp date;
};

/// With lines that end in CR LF, all in ASCII.
std::string FormatLetter(const Letter& letter);

/// The bare address of `name@example.org` or `Name <name@example.org>`. Fails with `validation` when it is none.
Result<std::string> AddressOf(std::string_view mailbox);

/// A header's text in encoded words (RFC 2047) where it is more than ASCII, with `indent` bytes before it on its line.
std::string EncodeHeader(std::string_view text, std::size_t indent);

/// With `&`, `<`, `>` and quotes as entities.
std::string EscapeHtml(std::string_view text);

}  // namespace weft::notify
