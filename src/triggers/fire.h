#pragma once

#include <string>

#include "base/error.h"
#include "base/time.h"
#include "dsl/definition.h"
#include "store/deliveries.h"

namespace weft::triggers {

/// What a trigger makes of a payload.
struct Firing {
  bool fires = false;  ///< `when` holds; else the rest is empty
  std::string key;     ///< as text; empty: the trigger has no `key`, or it is the empty text
  expr::Value input;
};

/// Evaluates `when`, `key` and `input` of a webhook or event trigger. `kind` is `$trigger.kind`. Fails with
/// `expression`; so does a `key` that is null, since a missing field would silently make every delivery a run of its
/// own.
Result<Firing> Fire(const dsl::Workflow& workflow, const dsl::Trigger& trigger, std::string_view kind,
                    const expr::Value& payload, Timestamp now);

/// Writes into a delivery what became of its firing: key and input, or that it is ignored, or why it failed.
void FillFrom(const Result<Firing>& firing, const dsl::Trigger& trigger, store::Delivery& delivery);

}  // namespace weft::triggers
