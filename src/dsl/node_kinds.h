#pragma once

#include "dsl/fields.h"

/// Readers of the kinds' bodies, one per node_<kind>.cc. `node` holds the keys of the node, of which one names the kind
/// and others stand beside it.
namespace weft::dsl {

Body ReadShell(const Fields& node);
Body ReadPython(const Fields& node);
Body ReadHttp(const Fields& node);
Body ReadEvent(const Fields& node);
Body ReadSwitch(const Fields& node);
Body ReadSet(const Fields& node);
Body ReadWait(const Fields& node);
Body ReadApproval(const Fields& node);
Body ReadForeach(const Fields& node);
Body ReadLoop(const Fields& node);
Body ReadGroup(const Fields& node);
Body ReadWorkflowCall(const Fields& node);
Body ReadEmit(const Fields& node);
Body ReadNotifyNode(const Fields& node);
Body ReadFail(const Fields& node);

/// Warns where a script holds what looks like one of Weft's expressions.
void WarnOfTemplates(Loader& loader, const DocumentNode& script);

/// Compiles a JSON Schema and reports its problems; gives it as data.
expr::Value ReadSchema(Loader& loader, const DocumentNode* node);

}  // namespace weft::dsl
