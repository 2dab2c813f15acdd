// Bounds of one evaluation inside libjq, compiled into it by build.sh. What counts is the same on every machine: ticks
// (16 for an opcode, less for an element that a comparison visits, 16 bytes that are scanned or a way that a regular
// expression tries) and bytes requested from the allocator, freed or not. When a bound is hit nothing jumps: `exhausted`
// is set, every operation that could go on for long ends early with whatever result, and the next opcode ends the
// evaluation in good order, so that nothing leaks.
#ifndef WEFT_BUDGET_H
#define WEFT_BUDGET_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weft_exhausted { WEFT_NOT_EXHAUSTED = 0, WEFT_STEPS = 1, WEFT_BYTES = 2, WEFT_DEPTH = 3 };
enum { WEFT_TICKS_PER_STEP = 16 };

struct weft_budget {
  int active;      // a bounded evaluation runs on this thread
  int exhausted;   // the bound that was hit first
  uint64_t ticks;  // left
  uint64_t bytes;  // left
  int strict;      // comparing values of different types is an error
  double now;      // what `now` gives, seconds since 1970
};

extern __thread struct weft_budget weft_budget;

static inline void weft_exhaust(int why) {
  if (weft_budget.active && weft_budget.exhausted == WEFT_NOT_EXHAUSTED) weft_budget.exhausted = why;
}

static inline int weft_spent(void) { return weft_budget.active && weft_budget.exhausted != WEFT_NOT_EXHAUSTED; }

static inline void weft_charge_ticks(uint64_t ticks) {
  if (!weft_budget.active) return;
  if (weft_budget.ticks < ticks) {
    weft_budget.ticks = 0;
    weft_exhaust(WEFT_STEPS);
  } else {
    weft_budget.ticks -= ticks;
  }
}

// For an operation that looks at every byte of something but allocates nothing for it.
static inline void weft_charge_scan(uint64_t bytes) { weft_charge_ticks(bytes / 16); }

static inline void weft_charge_bytes(uint64_t bytes) {
  if (!weft_budget.active) return;
  if (weft_budget.bytes < bytes) {
    weft_budget.bytes = 0;
    weft_exhaust(WEFT_BYTES);
  } else {
    weft_budget.bytes -= bytes;
  }
}

// Whether one operation may ask for so much at once; if not, the bound is hit and the caller gives up before it asks.
static inline int weft_afford(uint64_t bytes) {
  if (!weft_budget.active || bytes <= weft_budget.bytes) return 1;
  weft_exhaust(WEFT_BYTES);
  return 0;
}

// For each opcode, element, way: whether the evaluation is over.
static inline int weft_tick(uint64_t ticks) {
  weft_charge_ticks(ticks);
  return weft_spent();
}

// A conversion that C leaves undefined, and machines do differently, outside the range of int.
static inline int weft_int(double number) {
  return number != number ? 0 : number <= INT_MIN ? INT_MIN : number >= INT_MAX ? INT_MAX : (int)number;
}

#ifdef __cplusplus
}
#endif
#endif
