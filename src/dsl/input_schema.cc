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

std::expected<std::shared_ptr<const InputSchema::Impl>, SchemaViolation> InputSchema::CompileNative(
    const expr::Value& schema) {
  const auto text = schema.Dump();
  char* error = nullptr;
  auto impl = std::make_shared<Impl>();
  impl->schema.reset(weft_schema_compile(Bytes(text), text.size(), &error));
  if (impl->schema) return impl;
  const NativeString owned(error);
  const auto problem = expr::Value::Parse(owned.get()).value_or(expr::Value());
  auto message = problem.Get("message").AsString();
  if (message.contains("retrieving it failed")) {
    message = message.substr(0, message.find(" is not present")) +
              " is not read; references must stay inside the schema (`#/$defs/NAME`)";
  }
  return std::unexpected(SchemaViolation{problem.Get("path").AsString(), std::move(message)});
}

Result<InputSchema> InputSchema::Compile(const expr::Value& schema) {
  auto impl = CompileNative(schema);
  if (impl) return InputSchema(*std::move(impl));
  const auto& [path, message] = impl.error();
  return Fail("schema", fmt::format("not a valid JSON Schema{}{}: {}", path.empty() ? "" : ", at ", path, message));
}

std::optional<SchemaViolation> InputSchema::Check(const expr::Value& schema) {
  auto impl = CompileNative(schema);
  if (impl) return {};
  return std::move(impl).error();
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
