#pragma once

#include <expected>
#include <string>
#include <utility>

namespace weft {

/// What went wrong, as a value. `code` is stable and documented (`docs/errors/CODE.md`); `message` is a sentence that
/// tells its reader what to do. Problems with a place in a file are `dsl::Diagnostic`s instead.
struct Error {
  std::string code;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(std::string code, std::string message) {
  return std::unexpected(Error{std::move(code), std::move(message)});
}

}  // namespace weft

#define WEFT_CONCAT_(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_(a, b)

/// `WEFT_TRY(auto x, F());` binds the value of a Result, or returns its error from the enclosing function.
#define WEFT_TRY(declaration, ...) WEFT_TRY_(WEFT_CONCAT(weft_try_, __LINE__), declaration, __VA_ARGS__)
#define WEFT_TRY_(temporary, declaration, ...)                          \
  auto temporary = (__VA_ARGS__);                                       \
  if (!temporary) return std::unexpected(std::move(temporary).error()); \
  declaration = *std::move(temporary)

/// As WEFT_TRY, for a Result<void> or a value nobody needs.
#define WEFT_TRY_VOID(...)                                                                                            \
  do {                                                                                                                \
    if (auto weft_try_void = (__VA_ARGS__); !weft_try_void) return std::unexpected(std::move(weft_try_void).error()); \
  } while (false)
