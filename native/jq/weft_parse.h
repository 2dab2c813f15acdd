// What a program refers to but does not define, listed without compiling it. Compiled into libjq by build.sh.
#ifndef WEFT_PARSE_H
#define WEFT_PARSE_H

#include "jq.h"

#ifdef __cplusplus
extern "C" {
#endif

// `arity` is the number of arguments of a function, -1 for a variable. Offsets are bytes of the text.
typedef void (*weft_reference_callback)(void* data, const char* name, int arity, int start, int end);

// Parses `text`; `jq` only carries the error callback. On success returns 0 after calling `reference` for each unbound
// name; `imports` is set when the program wants to load modules or has no main expression. On failure returns the number
// of errors; `start` and `end` are the place of the first and `message` (of `size` bytes) holds what jq says about it,
// without the place.
int weft_parse(jq_state* jq, const char* text, int length, weft_reference_callback reference, void* data, int* imports,
               int* start, int* end, char* message, int size);

#ifdef __cplusplus
}
#endif
#endif
