// C face of native/src/lib.rs: JSON Schema validation. See there for ownership and threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct WeftSchema WeftSchema;

WeftSchema* weft_schema_compile(const uint8_t* data, size_t size, char** error);
char* weft_schema_validate(const WeftSchema* schema, const uint8_t* data, size_t size, size_t limit);
void weft_schema_free(WeftSchema* schema);
void weft_string_free(char* text);

#ifdef __cplusplus
}
#endif
