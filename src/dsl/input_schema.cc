#include "dsl/input_schema.h"

#include <fmt/format.h>

#include <string_view>

#include "weft_native.h"

namespace weft::dsl {
namespace {

constexpr std::size_t kMaxViolations = 20;

struct FreeString {
  void operator()(char* text) const { weft_string_free(text); }
};
using NativeString = std::unique_ptr<char, FreeString>;

const std::uint8_t* Bytes(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

}  // namespace

struct InputSchema::Impl {
  struct FreeSchema {
    void operator()(WeftSchema* owned) const { weft_schema_free(owned); }
  };
  std::unique_ptr<WeftSchema, FreeSchema> schema;
};

Result<InputSchema> InputSchema::Compile(const expr::Value& schema) {
  const auto text = schema.Dump();
  char* error = nullptr;
  auto impl = std::make_shared<Impl>();
  impl->schema.reset(weft_schema_compile(Bytes(text), text.size(), &error));
  if (impl->schema) return InputSchema(std::move(impl));
  const NativeString owned(error);
  WEFT_TRY(const auto problem, expr::Value::Parse(owned.get()));
  const auto path = problem.Get("path").AsString();
  return Fail("schema", fmt::format("not a valid JSON Schema{}{}: {}", path.empty() ? "" : ", at ", path,
                                    problem.Get("message").StringView()));
}

std::vector<SchemaViolation> InputSchema::Validate(const expr::Value& instance) const {
  const auto text = instance.Dump();
  const NativeString answer(weft_schema_validate(impl_->schema.get(), Bytes(text), text.size(), kMaxViolations));
  const auto list = expr::Value::Parse(answer.get());
  if (!list) return {{"", list.error().message}};
  std::vector<SchemaViolation> violations;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto item = list->At(i);
    violations.push_back({item.Get("path").AsString(), item.Get("message").AsString()});
  }
  return violations;
}

}  // namespace weft::dsl
