#include "dsl/loader.h"
namespace weft::dsl {
void CheckReads(Loader&, const Workflow&) {}
}  // namespace weft::dsl
