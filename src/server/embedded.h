#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Files inside the binary; tools/embed.py writes the definitions.
namespace weft::server {

struct EmbeddedFile {
  std::string_view path;    ///< `assets/app-1a2b3c4d.js`
  std::string_view digest;  ///< changes with the contents
  bool gzip = false;        ///< `bytes` are compressed
  std::size_t size = 0;     ///< uncompressed
  std::span<const unsigned char> bytes;
};

/// The web interface as it was built when this binary was; empty when it was not.
const std::vector<EmbeddedFile>& UiFiles();
/// `openapi.yaml`.
const std::vector<EmbeddedFile>& OpenApiFiles();

/// The bytes as they stand.
std::string BytesOf(const EmbeddedFile& file);
/// The uncompressed bytes.
std::string ContentsOf(const EmbeddedFile& file);

}  // namespace weft::server
