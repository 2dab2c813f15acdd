#include "base/utf8.h"
#include "dsl/node_kinds.h"

namespace weft::dsl {
namespace {

/// The text of `file:`, which takes the place of `code:` in the normalised form.
std::string Inline(const Fields& body, const DocumentNode& file) {
  auto& loader = body.loader();
  if (!loader.options.read_file) {
    body.problems().Error("value", file, "files cannot be read here", "write the code into `code:`");
    return {};
  }
  const auto around = '/' + file.text + '/';
  if (file.text.starts_with('/') || around.contains("/../")) {
    body.problems().Error("value", file, Quoted(file.text) + " is outside of the workflow's directory",
                          "only files below it are read");
    return {};
  }
  auto text = loader.options.read_file(file.text);
  if (!text) {
    body.problems().Error("value", file, text.error().message);
    return {};
  }
  if (FindInvalidUtf8(*text) || text->contains('\0')) {
    body.problems().Error("value", file, Quoted(file.text) + " is not UTF-8 text");
    return {};
  }
  loader.inlined.emplace(&body.map(), *text);
  return *std::move(text);
}

}  // namespace

Body ReadPython(const Fields& node) {
  Python python;
  const auto body = node.Inside("python");
  const auto* code = body ? body->Get("code") : node.Get("python");
  if (code != nullptr && code->IsString()) {
    WarnOfTemplates(node.loader(), *code);
    python.code = code->text;
  }
  if (!body) return python;
  if (const auto* file = body->Get("file"); file != nullptr && file->IsString()) python.code = Inline(*body, *file);
  python.requirements = body->Texts("requirements");
  return python;
}

}  // namespace weft::dsl
