"""Makes libjq deterministic and bounded: run in the root of its unpacked source.

Each edit replaces a text that must occur exactly as often as said; another version of the source fails here.
"""
import re
import sys
from pathlib import Path

SRC = Path("src")


def edit(name, *replacements):
    path = SRC / name
    text = path.read_text()
    for old, new, *times in replacements:
        expected = times[0] if times else 1
        if text.count(old) != expected:
            sys.exit(f"{name}: {old!r} occurs {text.count(old)} times, not {expected}")
        text = text.replace(old, new)
    path.write_text(text)


# Requested bytes, and a way out of an operation that asks for too much.
edit(
    "jv_alloc.c",
    ('#include "jv.h"\n', '#include "jv.h"\n#include "weft_budget.h"\n__thread struct weft_budget weft_budget;\n'
     "void weft_escape(int why) {\n  weft_budget.exhausted = why;\n  longjmp(*weft_budget.escape, 1);\n}\n"),
    ("  void* p = malloc(sz);\n", "  weft_charge_bytes(sz);\n  void* p = malloc(sz);\n"),
    ("  void* p = calloc(nemb, sz);\n", "  weft_charge_bytes(nemb * sz);\n  void* p = calloc(nemb, sz);\n"),
    ("  p = realloc(p, sz);\n", "  weft_charge_bytes(sz);\n  p = realloc(p, sz);\n"),
    ("static void memory_exhausted(void) {\n",
     "static void memory_exhausted(void) {\n  if (weft_budget.escape) weft_escape(WEFT_BYTES);\n", 3),
)

# Steps: every opcode, and every element that a comparison visits.
edit(
    "execute.c",
    ('#include "jv.h"\n', '#include "jv.h"\n#include "weft_budget.h"\n'),
    ("    if (jq->halted) {\n", "    if (weft_spent()) return jv_invalid();\n    if (jq->halted) {\n"),
)
edit("jv_aux.c", ("static int jvp_cmp(jv a, jv b, int depth) {\n",
                  '#include "weft_budget.h"\nstatic int jvp_cmp(jv a, jv b, int depth) {\n  weft_charge_element();\n'))
edit(
    "jv.c",
    ("static int jvp_equal(jv a, jv b, int depth) {\n",
     '#include "weft_budget.h"\nstatic int jvp_equal(jv a, jv b, int depth) {\n  weft_charge_element();\n'),
    ("static int jvp_contains(jv a, jv b, int depth) {\n",
     "static int jvp_contains(jv a, jv b, int depth) {\n  weft_charge_element();\n"),
)

# What is allocated once and kept does not count: the second evaluation would cost less than the first.
edit("jv_dtoa.c", ("#define MALLOC jv_mem_alloc\n", "#define MALLOC jv_mem_alloc_unguarded\n"))
edit("jv_dtoa_tsd.c", ("    ctx = jv_mem_alloc(", "    ctx = jv_mem_alloc_unguarded("))
edit("jv.c", ("    plit->literal_data = jv_mem_alloc(len);", "    plit->literal_data = jv_mem_alloc_unguarded(len);"))

# No outside world, no time zone, no clock but the one given.
GONE = ["env", "halt", "halt_error", "get_search_list", "get_prog_origin", "get_jq_origin", "modulemeta", "input",
        "debug", "stderr", "strflocaltime", "localtime", "input_filename", "input_line_number", "have_decnum",
        "have_literal_numbers"]
builtin = (SRC / "builtin.c").read_text()
for name in GONE:
    builtin, found = re.subn(rf'  CFUNC\(f_\w+, "{name}", \d\),\n', "", builtin)
    if found != 1:
        sys.exit(f"builtin.c: function {name} is listed {found} times")
builtin, found = re.subn(r"static jv f_now\(jq_state \*jq, jv a\) \{.*?\n\}\n",
                         "static jv f_now(jq_state *jq, jv a) {\n  jv_free(a);\n  return jv_number(weft_budget.now);\n}\n",
                         builtin, flags=re.S)
if found != 2:
    sys.exit(f"builtin.c: f_now is defined {found} times")
builtin = builtin.replace('#include "builtin.h"\n', '#include "builtin.h"\n#include "weft_budget.h"\n', 1)
old = "static jv order_cmp(jv a, jv b, enum cmp_op op) {\n"
if builtin.count(old) != 1:
    sys.exit("builtin.c: order_cmp")
builtin = builtin.replace(old, """static int weft_rank(jv v) {
  return jv_get_kind(v) == JV_KIND_FALSE ? JV_KIND_TRUE : (int)jv_get_kind(v);
}

""" + old + """  if (weft_budget.strict && weft_rank(a) != weft_rank(b)) {
    jv message = jv_string_fmt("cannot compare %s with %s: is a field missing?", jv_kind_name(jv_get_kind(a)),
                               jv_kind_name(jv_get_kind(b)));
    jv_free(a);
    jv_free(b);
    return jv_invalid_with_msg(message);
  }
""")
# A match may backtrack much within one opcode; the limit of retries is set in src/expr.
old = "  int test = jv_equal(testmode, jv_true());\n"
if builtin.count(old) != 1:
    sys.exit("builtin.c: f_match")
builtin = builtin.replace(old, "  weft_charge_steps(200);\n" + old)
(SRC / "builtin.c").write_text(builtin)

# Functions whose last digit differs between C libraries are gone; these are exact.
EXACT = {"ceil", "copysign", "fabs", "fdim", "floor", "fma", "fmax", "fmin", "fmod", "frexp", "ldexp", "logb", "modf",
         "nearbyint", "nextafter", "remainder", "rint", "round", "scalbln", "sqrt", "trunc"}
libm = (SRC / "libm.h").read_text()


def keep(block):
    name = re.search(r"LIBM_\w+\((\w+)", block.group(0))
    return block.group(0) if name and name.group(1) in EXACT else ""


(SRC / "libm.h").write_text(re.sub(r"#if(?:def|\s).*?\n#endif\n", keep, libm, flags=re.S))

program = (SRC / "builtin.jq").read_text()
for line in ("def halt_error:", "def inputs:", "def debug(msgs):"):
    program, found = re.subn(rf"^{re.escape(line)}.*\n", "", program, flags=re.M)
    if found != 1:
        sys.exit(f"builtin.jq: {line}")
(SRC / "builtin.jq").write_text(program)

# No environment, no ~/.jq; programs that import are refused by weft_parse before they are compiled.
edit(
    "compile.c",
    ('strcmp(curr->symbol, "ENV") == 0', "0"),
    ('#include "jv_alloc.h"\n', '#include "jv_alloc.h"\n#include "weft_budget.h"\n'),
)
with open(SRC / "compile.c", "a") as out:
    out.write('\n#include "weft_parse.inc"\n')
edit("linker.c", ("  jv home = get_home();\n", "  jv home = jv_invalid();\n"))
edit(
    "locfile.c",
    ("void locfile_locate(struct locfile* l, location loc, const char* fmt, ...) {\n",
     "void weft_note_error(location loc, const char* text);\n"
     "void locfile_locate(struct locfile* l, location loc, const char* fmt, ...) {\n"),
    ("  if (loc.start == -1) {\n",
     "  weft_note_error(loc, jv_string_value(m1));\n  if (loc.start == -1) {\n"),
)
