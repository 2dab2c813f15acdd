// Bounds of one evaluation inside libjq, compiled into it by build.sh. Everything is counted the same on every machine:
// steps (opcodes, and the elements that comparisons look at) and bytes requested from the allocator, freed or not.
#ifndef WEFT_BUDGET_H
#define WEFT_BUDGET_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weft_exhausted { WEFT_NOT_EXHAUSTED = 0, WEFT_STEPS = 1, WEFT_BYTES = 2 };

struct weft_budget {
  jmp_buf* escape;  // not null while a bounded evaluation runs on this thread
  uint64_t steps;   // left
  uint64_t bytes;   // left
  uint64_t largest; // bytes one request may ask for
  int exhausted;
  int strict;       // comparing values of different types is an error
  double now;       // what `now` gives, seconds since 1970
};

extern __thread struct weft_budget weft_budget;

// Leaves the evaluation from inside a single operation. What it had allocated is lost, which only hostile programs see.
void weft_escape(int why) __attribute__((noreturn));

static inline void weft_charge_bytes(size_t bytes) {
  if (weft_budget.escape == NULL) return;
  if (bytes > weft_budget.largest) weft_escape(WEFT_BYTES);
  if (bytes > weft_budget.bytes) {
    // The next opcode ends the evaluation in good order; an operation that goes on allocating is left here.
    if (weft_budget.exhausted == WEFT_BYTES && weft_budget.bytes == 0) {
      weft_budget.largest -= weft_budget.largest / 64 + 1;
    }
    weft_budget.exhausted = WEFT_BYTES;
    weft_budget.bytes = 0;
    return;
  }
  weft_budget.bytes -= bytes;
}

static inline void weft_charge_element(void) {
  if (weft_budget.escape == NULL) return;
  if (weft_budget.steps == 0) weft_escape(WEFT_STEPS);
  --weft_budget.steps;
}

// Charges a single operation that costs as much as `steps` opcodes.
static inline void weft_charge_steps(uint64_t steps) {
  if (weft_budget.escape == NULL) return;
  weft_budget.steps = weft_budget.steps > steps ? weft_budget.steps - steps : 0;
}

// For each opcode: whether the evaluation is over.
static inline int weft_spent(void) {
  if (weft_budget.escape == NULL) return 0;
  if (weft_budget.steps == 0) weft_budget.exhausted = WEFT_STEPS;
  if (weft_budget.exhausted) return 1;
  --weft_budget.steps;
  return 0;
}

#ifdef __cplusplus
}
#endif
#endif
