#include "dsl/fields.h"

namespace weft::dsl {

expr::Template Fields::Read(std::string_view key, expr::Place place) const {
  const auto* value = Get(key);
  const auto* known = object_->Find(key);
  if (value == nullptr || known == nullptr) return {};
  auto site = site_;
  site.secrets = known->secrets;
  switch (known->shapes.front().form) {
    case Form::kExpr: return loader_->ReadExpr(value, site);
    case Form::kCondition: return loader_->ReadCondition(value, site);
    default: return loader_->ReadTemplate(value, site, place);
  }
}

std::optional<Fields> Fields::Inside(std::string_view key) const {
  const auto* value = Get(key);
  const auto* known = object_->Find(key);
  if (value == nullptr || !value->IsMap() || known == nullptr) return std::nullopt;
  for (const auto& shape : known->shapes) {
    if (shape.form == Form::kObject) return Fields(*loader_, *value, shape.object(), site_);
  }
  return std::nullopt;
}

std::vector<Fields> Fields::Items(std::string_view key) const {
  std::vector<Fields> items;
  const auto* value = Get(key);
  const auto* known = object_->Find(key);
  if (value == nullptr || known == nullptr) return items;
  for (const auto& shape : known->shapes) {
    if (shape.form != Form::kList || shape.items.front().form != Form::kObject) continue;
    for (const auto* item : value->items) {
      if (item->IsMap()) items.emplace_back(*loader_, *item, shape.items.front().object(), site_);
    }
  }
  return items;
}

}  // namespace weft::dsl
