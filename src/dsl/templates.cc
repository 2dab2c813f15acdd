#include <algorithm>

#include "dsl/loader.h"

namespace weft::dsl {
namespace {

using expr::Template;
using expr::Value;

void ReportProblems(Loader& loader, const DocumentNode& node, const std::vector<Template::Problem>& problems) {
  for (const auto& problem : problems) {
    const bool secret =
        std::string_view(node.text).substr(std::min(problem.offset, node.text.size())).starts_with("$secrets");
    const Spot spot(node, problem.offset, std::max<std::size_t>(problem.length, 1));
    loader.problems.Error(secret ? "secret-place" : "expression", spot, problem.message, problem.hint);
  }
}

void CheckSecrets(Loader& loader, const DocumentNode& node, const Template& content, const Site& site) {
  std::vector<std::string> names;
  content.CollectSecrets(names);
  std::size_t from = 0;
  for (const auto& name : names) {
    const auto found = node.text.find("$secrets", from);
    const auto at = found == std::string::npos ? 0 : found;
    from = at + 1;
    const Spot spot(node, at, std::string_view("$secrets.").size() + name.size());
    if (!site.secrets) {
      loader.problems.Error("secret-place", spot, "a secret cannot stand here",
                            "secrets go into http's url, headers, query, body, form and auth, and into env and stdin");
    } else if (!loader.secrets.contains(name)) {
      loader.problems.Error("unknown-secret", spot, "the secret " + Quoted(name) + " is not declared",
                            "add it to `secrets:` at the top of the file");
    }
  }
}

template <class Parse>
Template ReadText(Loader& loader, const DocumentNode& node, const Site& site, Parse parse) {
  static const std::vector<std::string> kNone;
  auto read = parse(site.names == nullptr ? kNone : site.names->aliases);
  if (!read) {
    ReportProblems(loader, node, read.error());
    return {};
  }
  if (!read->IsLiteral()) CheckSecrets(loader, node, *read, site);
  return *std::move(read);
}

}  // namespace

void Loader::CheckSecretDeclared(const DocumentNode& at, std::string_view name) {
  if (secrets.contains(name)) return;
  problems.Error("unknown-secret", at, "the secret " + Quoted(name) + " is not declared",
                 "add it to `secrets:` at the top of the file");
}

Template Loader::ReadTemplate(const DocumentNode* node, const Site& site, expr::Place place) {
  if (node == nullptr) return {};
  switch (node->type) {
    case DocumentNode::Type::kString: {
      if (!node->text.contains("${")) return Template::Literal(Value(node->text));
      auto content =
          ReadText(*this, *node, site, [&](const auto& aliases) { return Template::Text(node->text, place, aliases); });
      if (!content.empty() && !content.IsLiteral()) texts.push_back({.text = node, .content = content, .site = site});
      return content;
    }
    case DocumentNode::Type::kList: {
      std::vector<Template> items;
      for (const auto* item : node->items) items.push_back(ReadTemplate(item, site, place));
      // Those with problems are empty; nothing is made of the workflow then.
      std::erase_if(items, [](const Template& item) { return item.empty(); });
      return Template::List(std::move(items));
    }
    case DocumentNode::Type::kMap: {
      std::vector<std::pair<std::string, Template>> fields;
      for (const auto& entry : node->entries)
        fields.emplace_back(entry.key->text, ReadTemplate(entry.value, site, place));
      std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
      // In one order, so that the file and its normalised form evaluate alike.
      std::ranges::sort(fields, {}, &std::pair<std::string, Template>::first);
      return Template::Map(std::move(fields));
    }
    default: return Template::Literal(node->ToValue());
  }
}

Template Loader::ReadExpr(const DocumentNode* node, const Site& site, expr::Mode mode) {
  if (node == nullptr || !node->IsString()) return ReadTemplate(node, site);
  auto content =
      ReadText(*this, *node, site, [&](const auto& aliases) { return Template::Expr(node->text, mode, aliases); });
  if (!content.empty() && !content.IsLiteral()) {
    texts.push_back({.text = node, .content = content, .site = site, .mode = mode, .bare = true});
  }
  return content;
}

}  // namespace weft::dsl
