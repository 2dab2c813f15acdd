#include "activities/secrets.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "base/encode.h"

namespace weft::activities {
namespace {

using expr::Value;

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

std::string InCapitals(const std::string& name) {
  std::string capitals;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    capitals += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return capitals;
}

const char* Variable(const std::string& name) {
  return std::getenv(("WEFT_SECRET_" + name).c_str());  // NOLINT: nothing in the process changes its environment
}

Result<std::string> Lookup(const std::string& name) {
  // Also keeps names from climbing out of the directory.
  if (name.empty() || name.front() == '.' || !std::ranges::all_of(name, IsNameCharacter)) {
    return Fail("secret", "`" + name + "` cannot be the name of a secret");
  }
  if (const char* value = Variable(name)) return value;
  if (const char* value = Variable(InCapitals(name))) return value;
  if (const char* directory = std::getenv("WEFT_SECRETS_DIR")) {  // NOLINT: as above
    if (std::ifstream file(std::string(directory) + '/' + name, std::ios::binary); file) {
      std::string value{std::istreambuf_iterator<char>(file), {}};
      if (value.ends_with('\n')) value.pop_back();
      return value;
    }
  }
  return Fail("secret", "this worker has no secret `" + name + "`; set WEFT_SECRET_" + InCapitals(name) +
                            ", or put it into the file " + name + " of WEFT_SECRETS_DIR, and start the worker again");
}

/// `value` with `text` at `path`.
Value Placed(const Value& value, std::span<const std::string> path, const std::string& text) {
  if (path.empty()) return Value(text);
  const auto& step = path.front();
  if (!value.IsArray()) {
    auto object = value.IsObject() ? value : Value::EmptyObject();
    object.Set(step, Placed(value.Get(step), path.subspan(1), text));
    return object;
  }
  std::size_t index = 0;
  std::from_chars(step.data(), step.data() + step.size(), index);
  auto array = Value::EmptyArray();
  for (std::size_t i = 0; i < value.size(); ++i) {
    array.Append(i == index ? Placed(value.At(i), path.subspan(1), text) : value.At(i));
  }
  return array;
}

}  // namespace

SecretResolver LocalSecrets() { return Lookup; }

Result<void> FillSecrets(contract::ActivityInput& input, const SecretResolver& resolve, Masker& masker) {
  std::map<std::string, std::string> known;
  for (const auto& secret : input.secrets) {
    std::string text;
    for (const auto& segment : secret.segments) {
      if (segment.secret.empty()) {
        text += segment.literal;
        continue;
      }
      auto found = known.find(segment.secret);
      if (found == known.end()) {
        WEFT_TRY(auto value, resolve(segment.secret));
        masker.Add(value);
        found = known.emplace(segment.secret, std::move(value)).first;
      }
      text += segment.percent_encode ? PercentEncode(found->second) : found->second;
    }
    input.args = Placed(input.args, secret.path, text);
  }
  return {};
}

}  // namespace weft::activities
