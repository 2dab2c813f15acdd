#include "triggers/replay.h"

#include <utility>

#include "triggers/fire.h"

namespace weft::triggers {

Result<Accepted> Replay(Definitions& definitions, Inbox& inbox, const store::Delivery& delivery) {
  WEFT_TRY(const auto definition, definitions.Get(delivery.ns, delivery.workflow, 0));
  store::Delivery again;
  again.kind = delivery.kind;
  again.ns = delivery.ns;
  again.workflow = delivery.workflow;
  again.trigger = delivery.trigger;
  again.revision = definition->revision;
  again.payload = delivery.payload;
  if (delivery.kind == "manual") {
    if (!definition->workflow->manual) {
      return Fail("conflict",
                  "`" + delivery.workflow + "` is not to be started by hand: its file says `manual: false`");
    }
    again.key = delivery.key;
    again.input = delivery.input;
    return inbox.Accept(std::move(again));
  }
  const auto* trigger = definition->FindTrigger(delivery.trigger);
  if (trigger == nullptr) {
    return Fail("not_found", "`" + delivery.workflow + "` no longer has the trigger `" + delivery.trigger + "`");
  }
  WEFT_TRY(const auto payload, expr::Value::Parse(delivery.payload));
  const auto firing = Fire(*definition->workflow, *trigger, delivery.kind, payload, inbox.Now());
  FillFrom(firing, *trigger, again);
  return inbox.Accept(std::move(again));
}

}  // namespace weft::triggers
