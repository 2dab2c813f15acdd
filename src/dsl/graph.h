#pragma once

#include <string>
#include <string_view>

#include "dsl/definition.h"

namespace weft::dsl {

/// The workflow's graph for people and for the browser: nodes, edges (with ports), nested regions, triggers.
/// `{ nodes: [{ id, path, kind, title?, parent? }], edges: [{ from, to, port }], triggers: [{ id, kind, source }] }`;
/// paths join ids with `/`, edges name paths, and `port` is null where `needs` names none.
expr::Value GraphJson(const Workflow& workflow);
std::string GraphMermaid(const Workflow& workflow);
std::string GraphDot(const Workflow& workflow);

/// `cron`, `webhook` or `event`.
std::string_view TriggerKind(const Trigger& trigger);

}  // namespace weft::dsl
