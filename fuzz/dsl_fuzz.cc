#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "dsl/graph.h"
#include "dsl/load.h"

// Any text is read to its end, and what loads is the same workflow when it comes back from its normalised form.
namespace {

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::dsl;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto loaded = Load(text);
  Expect((loaded.workflow == nullptr) == HasErrors(loaded.diagnostics), "errors say whether there is a workflow");
  const auto report = FormatDiagnostics("workflow.yaml", text, loaded.diagnostics);
  Expect(!weft::FindInvalidUtf8(report), "the report is text");
  Expect(report.find('\x1b') == std::string::npos, "the report holds no escape sequences");
  for (const auto& d : loaded.diagnostics)
    Expect(d.begin <= d.end && d.begin.column > 0, "a place begins before it ends");
  if (const auto written = LoadNormalised(text)) {
    const auto again = LoadNormalised((*written)->normalised);
    Expect(again.has_value() && (*again)->normalised == (*written)->normalised, "the normalised form is one");
  }
  if (!loaded.workflow) return 0;
  GraphJson(*loaded.workflow);
  GraphMermaid(*loaded.workflow);
  GraphDot(*loaded.workflow);
  Expect(!weft::FindInvalidUtf8(loaded.workflow->normalised), "the normalised form is text");
  const auto again = LoadNormalised(loaded.workflow->normalised);
  Expect(again.has_value(), "the normalised form loads");
  Expect((*again)->normalised == loaded.workflow->normalised, "it gives the same text");
  Expect((*again)->digest == loaded.workflow->digest, "it gives the same digest");
  return 0;
}
