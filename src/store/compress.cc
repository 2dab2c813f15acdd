#include "store/compress.h"

#include <zlib.h>

#include <array>
#include <cstdlib>

namespace weft::store {
namespace {

constexpr int kLevel = 6;
constexpr std::size_t kStep = std::size_t{64} * 1024;

/// zlib counts in 32 bits: input and output pass in steps.
template <class Run>
int Pump(z_stream& stream, std::string_view input, std::string& output, const Run& run) {
  std::array<Bytef, kStep> buffer;
  int state = Z_OK;
  std::size_t at = 0;
  while (state == Z_OK) {
    if (stream.avail_in == 0 && at < input.size()) {
      const auto piece = input.substr(at, kStep);
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
      stream.avail_in = static_cast<uInt>(piece.size());
      at += piece.size();
    }
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = run(at == input.size() ? Z_FINISH : Z_NO_FLUSH);
    output.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
  }
  return state;
}

}  // namespace

std::string Compress(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit(&stream, kLevel) != Z_OK) std::abort();  // out of memory
  std::string output;
  Pump(stream, bytes, output, [&](int flush) { return deflate(&stream, flush); });
  deflateEnd(&stream);
  return output;
}

std::optional<std::string> Decompress(std::string_view compressed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) std::abort();  // out of memory
  std::string output;
  const int state = Pump(stream, compressed, output, [&](int) { return inflate(&stream, Z_NO_FLUSH); });
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return std::nullopt;
  return output;
}

}  // namespace weft::store
