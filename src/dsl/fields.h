#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dsl/keys.h"
#include "dsl/loader.h"
#include "dsl/values.h"

namespace weft::dsl {

/// The keys of one map, read as its table says. Absent and malformed values give nothing; the tables' check has
/// reported them.
class Fields {
 public:
  Fields(Loader& loader, const DocumentNode& map, const Object& object, const Site& site)
      : loader_(&loader), map_(&map), object_(&object), site_(site) {}

  [[nodiscard]] Loader& loader() const { return *loader_; }
  [[nodiscard]] Problems& problems() const { return loader_->problems; }
  [[nodiscard]] const Site& site() const { return site_; }
  [[nodiscard]] const DocumentNode& map() const { return *map_; }

  [[nodiscard]] const DocumentNode* Get(std::string_view key) const { return map_->Get(key); }
  /// A template, or EXPR where the table says so; secrets are known where it allows them.
  [[nodiscard]] expr::Template Read(std::string_view key, expr::Place place = expr::Place::kPlain) const;
  /// The map at a key.
  [[nodiscard]] std::optional<Fields> Inside(std::string_view key) const;
  /// The maps of the list at a key.
  [[nodiscard]] std::vector<Fields> Items(std::string_view key) const;

  [[nodiscard]] std::optional<std::string> Text(std::string_view key) const { return TextOf(Get(key)); }
  [[nodiscard]] std::vector<std::string> Texts(std::string_view key) const { return TextsOf(Get(key)); }
  [[nodiscard]] bool Bool(std::string_view key) const { return BoolOf(Get(key)).value_or(false); }
  [[nodiscard]] std::optional<Duration> Time(std::string_view key) const { return DurationOf(Get(key)); }
  [[nodiscard]] int Integer(std::string_view key, int otherwise) const {
    return static_cast<int>(IntegerOf(Get(key)).value_or(otherwise));
  }

 private:
  Loader* loader_;
  const DocumentNode* map_;
  const Object* object_;
  Site site_;
};

}  // namespace weft::dsl
