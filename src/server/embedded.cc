#include "server/embedded.h"

#include <zlib.h>

#include <cstdlib>

namespace weft::server {

std::string BytesOf(const EmbeddedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

std::string ContentsOf(const EmbeddedFile& file) {
  if (!file.gzip) return BytesOf(file);
  std::string contents(file.size, '\0');
  z_stream stream{};
  stream.next_in = const_cast<unsigned char*>(file.bytes.data());  // zlib's interface predates const
  stream.avail_in = static_cast<unsigned>(file.bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(contents.data());
  stream.avail_out = static_cast<unsigned>(contents.size());
  constexpr int kGzip = 16 + MAX_WBITS;
  const bool whole = inflateInit2(&stream, kGzip) == Z_OK && inflate(&stream, Z_FINISH) == Z_STREAM_END;
  inflateEnd(&stream);
  if (!whole) std::abort();  // the build compressed it
  return contents;
}

}  // namespace weft::server
