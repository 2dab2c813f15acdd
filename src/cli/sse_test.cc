#include "cli/sse.h"

#include <gtest/gtest.h>

namespace weft::cli {
namespace {

/// `event#id=data` of each event; the text comes in pieces of so many bytes.
std::string Read(std::string_view text, std::size_t piece) {
  std::string seen;
  ServerEventReader reader([&](const ServerEvent& e) { seen += e.event + '#' + e.id + '=' + e.data + ';'; });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) reader.Feed(text.substr(0, piece));
  return seen;
}

TEST(ServerEvents, AreReadInPiecesOfAnySize) {
  constexpr std::string_view kText =
      "event: node\r\nid: 7\r\ndata: {\"a\":1}\r\n\r\n: still here\n\ndata: one\ndata:two\n\nevent: closed\rdata\r\r";
  for (std::size_t piece = 1; piece < kText.size(); ++piece) {
    EXPECT_EQ(Read(kText, piece), "node#7={\"a\":1};message#7=one\ntwo;closed#7=;") << piece;
  }
}

TEST(ServerEvents, WithoutDataAreNone) { EXPECT_EQ(Read("event: node\nid: 3\n\ndata: x", 100), ""); }

}  // namespace
}  // namespace weft::cli
