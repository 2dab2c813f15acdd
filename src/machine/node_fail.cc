#include "machine/node_activity.h"

namespace weft::machine {

void StartFail(Run& run, NodeRef ref) {
  const auto& body = std::get<dsl::FailNode>(ref.definition().body);
  const auto text = [&](const expr::Template& part) -> Result<std::string> {
    if (part.empty()) return std::string();
    WEFT_TRY(const auto value, run.Evaluate(part, ref, ref.state().input));
    return value.IsString() ? value.AsString() : value.Dump();
  };
  auto code = text(body.code);
  if (!code) return run.FailAttempt(ref, code.error());
  auto message = text(body.message);
  if (!message) return run.FailAttempt(ref, message.error());
  run.FailAttempt(ref, Run::MakeError(ref, *std::move(code), *std::move(message)));
}

}  // namespace weft::machine
