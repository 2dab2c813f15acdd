// Programs and inputs from bytes: parse, evaluate twice and compare the results and what they used, then once more with
// the input shared; scan the bytes as a template.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expr/expression.h"
#include "expr/scan.h"
#include "expr/template.h"

namespace {

using namespace weft::expr;

std::string Account(const Expression& expression, const Scope& scope) {
  Spent spent;
  const auto result = expression.Evaluate(scope, &spent);
  return (result ? result->Dump() : result.error().message) + ' ' + std::to_string(spent.ticks) + ' ' +
         std::to_string(spent.bytes);
}

void Require(bool condition) {
  if (!condition) std::abort();
}

void EvaluateTwice(std::string_view program, std::string_view input, Mode mode) {
  const auto expression = Expression::Parse(program, mode);
  if (!expression) return;
  for (const auto& read : expression->reads()) Require(read.offset + read.length <= program.size());
  Scope scope;
  scope.dot = Value::Parse(input).value_or(Value());
  scope.input = scope.dot;
  const auto first = Account(*expression, scope);
  Require(Account(*expression, scope) == first);
  Scope fresh;
  fresh.dot = Value::Parse(input).value_or(Value());
  fresh.input = fresh.dot;
  Require(Account(*expression, fresh) == first);
  if (const auto result = expression->Evaluate(scope)) {
    // As text a number may change its form once (1e+100, 1E+100), then no more.
    const auto again = Value::Parse(result->Dump());
    Require(again.has_value());
    const auto text = again->Dump();
    Require(Value::Parse(text).value_or(Value()).Dump() == text);
  }
}

void ScanTemplate(std::string_view text) {
  std::size_t at = 0;
  const auto scan = ScanText(text);
  for (const auto& piece : scan.pieces) {
    Require(piece.offset >= at && piece.offset + piece.text.size() <= text.size());
    at = piece.offset;
  }
  for (const auto place : {Place::kPlain, Place::kUrl, Place::kHeader}) {
    const auto made = Template::Text(text, place);
    if (!made) continue;
    Scope scope;
    scope.input = Value("a/b\r\n%");
    static_cast<void>(made->EvaluateWithSecrets(scope));
  }
}

}  // namespace

// The first byte chooses the mode; the program ends at the first NUL, what follows is the input's JSON text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto end = std::min(text.find('\0'), text.size());
  EvaluateTwice(text.substr(0, end), text.substr(std::min(end + 1, text.size())),
                (data[0] & 1U) != 0 ? Mode::kCondition : Mode::kValue);
  ScanTemplate(text.substr(0, end));
  return 0;
}
