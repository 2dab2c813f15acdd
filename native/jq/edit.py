"""Makes libjq deterministic and bounded: run in the root of its unpacked source.

Each edit replaces a text that must occur exactly as often as said; another version of the source fails here.
docs/adr/0011-jq-budget.md tells why each group is there.
"""
import re
import sys
from pathlib import Path

SRC = Path("src")
BUDGET = '#include "weft_budget.h"\n'


def edit(name, *replacements, folder=SRC):
    path = folder / name
    text = path.read_text()
    for old, new, *times in replacements:
        expected = times[0] if times else 1
        if text.count(old) != expected:
            sys.exit(f"{name}: {old!r} occurs {text.count(old)} times, not {expected}")
        text = text.replace(old, new)
    path.write_text(text)


def remove(name, pattern, times=1):
    path = SRC / name
    text, found = re.subn(pattern, "", path.read_text(), flags=re.M)
    if found != times:
        sys.exit(f"{name}: {pattern!r} occurs {found} times, not {times}")
    path.write_text(text)


# --- requested bytes ---------------------------------------------------------

edit(
    "jv_alloc.c",
    ('#include "jv.h"\n', '#include "jv.h"\n' + BUDGET + "__thread struct weft_budget weft_budget;\n"),
    ("  void* p = malloc(sz);\n", "  weft_charge_bytes(sz);\n  void* p = malloc(sz);\n"),
    ("  void* p = calloc(nemb, sz);\n", "  weft_charge_bytes(nemb * sz);\n  void* p = calloc(nemb, sz);\n"),
    ("  p = realloc(p, sz);\n", "  weft_charge_bytes(sz);\n  p = realloc(p, sz);\n"),
)
with open(SRC / "jv_alloc.c", "a") as out:
    out.write("""
// For what does not count: memory that is kept for the thread, so that a second evaluation would be cheaper than the
// first, and memory of jv_free, which also runs where nothing is counted.
void* weft_realloc_uncounted(void* p, size_t sz) {
  p = realloc(p, sz);
  if (!p) memory_exhausted();
  return p;
}

void* weft_alloc_uncounted(size_t sz) { return weft_realloc_uncounted(NULL, sz); }
""")
edit("jv_alloc.h", ("void* jv_mem_alloc(size_t);\n",
                    "void* jv_mem_alloc(size_t);\nvoid* weft_alloc_uncounted(size_t);\nvoid* weft_realloc_uncounted(void*, size_t);\n"))
edit("jv_dtoa.c", ("#define MALLOC jv_mem_alloc\n", "#define MALLOC weft_alloc_uncounted\n"))
edit("jv_dtoa_tsd.c", ("    ctx = jv_mem_alloc(", "    ctx = weft_alloc_uncounted("))

# --- operations that can be large or long by themselves -----------------------

OVER = "if (weft_spent() || !jv_is_valid(a)) break;"
edit(
    "jv.c",
    ('#include "util.h"\n', '#include "util.h"\n' + BUDGET),
    ("    plit->literal_data = jv_mem_alloc(len);", "    plit->literal_data = weft_alloc_uncounted(len);"),
    ("pending = jv_mem_realloc(pending,", "pending = weft_realloc_uncounted(pending,", 3),
    ("if (!jv_is_valid(a)) break;", OVER, 7),
    # Deep or shared structures: the ways out that libjq has for what is too deep.
    ("  if (depth > MAX_EQUAL_DEPTH) {", "  if (weft_tick(8) || depth > MAX_EQUAL_DEPTH) {"),
    ("  if (depth > MAX_CONTAINS_DEPTH) {", "  if (weft_tick(8) || depth > MAX_CONTAINS_DEPTH) {"),
    ("  if (depth > MAX_OBJECT_MERGE_DEPTH) {", "  if (weft_tick(8) || depth > MAX_OBJECT_MERGE_DEPTH) {"),
    # Scans.
    ("  return memcmp(stra->data, strb->data, jvp_string_length(stra)) == 0;",
     "  weft_charge_scan(jvp_string_length(stra));\n  return memcmp(stra->data, strb->data, jvp_string_length(stra)) == 0;"),
    ("  int c = 0, len = 0;\n", "  int c = 0, len = 0;\n  weft_charge_scan(end - i);\n"),
    ("  jv a = jv_array();\n\n  if (idxlen != 0) {", "  jv a = jv_array();\n  weft_charge_scan(jlen);\n\n  if (idxlen != 0) {"),
    ("  assert(jv_get_refcnt(a) == 1);\n", "  assert(jv_get_refcnt(a) == 1);\n  weft_charge_scan(jend - jstr);\n"),
    ("  res = jv_string_sized(p, e - p);\n", "  weft_charge_scan(e - s);\n  res = jv_string_sized(p, e - p);\n"),
    ("    if (b_len != 0) {\n      r = _jq_memmem(",
     "    weft_charge_scan(jv_string_length_bytes(jv_copy(a)));\n    if (b_len != 0) {\n      r = _jq_memmem("),
    ("  int n = 0;\n  for (int i=0; i<jvp_object_size(object); i++) {",
     "  int n = 0;\n  weft_charge_ticks(jvp_object_size(object) / 8);\n  for (int i=0; i<jvp_object_size(object); i++) {"),
    ("    struct {\n      decNumber number;\n      decNumberUnit units[1];\n    } res;\n",
     "    struct {\n      decNumber number;\n      decNumberUnit units[1];\n    } res;\n"
     "    weft_charge_scan((uint64_t)jvp_dec_number_ptr(a)->digits + jvp_dec_number_ptr(b)->digits);\n"),
    # Growth within one operation.
    ("static jv jvp_string_append(jv string, const char* data, uint32_t len) {\n",
     "static jv jvp_string_append(jv string, const char* data, uint32_t len) {\n  if (weft_spent()) return string;\n"),
    ("  jv res = jv_string_empty(res_len);\n",
     "  if (!weft_afford(res_len)) {\n    jv_free(j);\n"
     '    return jv_invalid_with_msg(jv_string("Repeat string result too long"));\n  }\n  jv res = jv_string_empty(res_len);\n'),
    ("  jv a = jv_array_sized(len);\n  int c;\n",
     "  if (!weft_afford((uint64_t)len * sizeof(jv))) {\n    jv_free(j);\n"
     '    return jv_invalid_with_msg(jv_string("String too long"));\n  }\n  jv a = jv_array_sized(len);\n  int c;\n'),
    ("  if (idx > (INT_MAX >> 2) - jvp_array_offset(j)) {",
     "  weft_charge_ticks(1);\n  if (idx > (INT_MAX >> 2) - jvp_array_offset(j) ||\n"
     "      (idx > jvp_array_length(j) && !weft_afford((uint64_t)idx * sizeof(jv)))) {"),
    ("  // copy/free of object, key, value coalesced\n", "  // copy/free of object, key, value coalesced\n  weft_charge_ticks(1);\n"),
    ("    int nv = jv_number_value(n);\n", "    int nv = weft_int(jv_number_value(n));\n"),
)
edit(
    "jv_aux.c",
    ('#include "jv_private.h"\n', '#include "jv_private.h"\n' + BUDGET + '#include "weft_sort.h"\n'),
    ("  if (depth > MAX_CMP_DEPTH) {", "  if (weft_tick(8) || depth > MAX_CMP_DEPTH) {"),
    ("  int minlen = lena < lenb ? lena : lenb;\n",
     "  int minlen = lena < lenb ? lena : lenb;\n  weft_charge_scan(minlen);\n"),
    ("  qsort(", "  weft_sort(", 2),
    *((f"(int)jv_number_get_value_and_consume(jv_array_get(jv_copy({what}))",
       f"weft_int(jv_number_get_value_and_consume(jv_array_get(jv_copy({what})))")
      for what in ("neg_keys), neg_idx", "nonneg_keys), nonneg_idx", "starts), sidx", "ends), sidx")),
    ("(int)jv_number_value(k)", "weft_int(jv_number_value(k))"),
    ("for (int sidx=0; !del && sidx<", "for (int sidx=0; !del && !weft_tick(1) && sidx<"),
)
edit(
    "jv_print.c",
    ('#include "jv_private.h"\n', '#include "jv_private.h"\n' + BUDGET),
    ("  while ((i = jvp_utf8_next((cstart = i), end, &c))) {\n",
     "  while (!weft_spent() && (i = jvp_utf8_next((cstart = i), end, &c))) {\n"),
    ("static void jv_dump_term(struct dtoa_context* C, jv x, int flags, int indent, FILE* F, jv* S) {\n",
     "static void jv_dump_term(struct dtoa_context* C, jv x, int flags, int indent, FILE* F, jv* S) {\n"
     "  if (indent > MAX_PRINT_DEPTH) weft_exhaust(WEFT_DEPTH);\n  if (weft_tick(8)) {\n    jv_free(x);\n    return;\n  }\n"),
)
edit(
    "jv_parse.c",
    ('#include "jv_unicode.h"\n', '#include "jv_unicode.h"\n' + BUDGET),
    ("  while (!msg && p->curr_buf_pos < p->curr_buf_length) {\n",
     "  while (!msg && p->curr_buf_pos < p->curr_buf_length) {\n    if (weft_spent()) {\n"
     '      msg = "Too long";\n      ch = \' \';\n      break;\n    }\n'),
    ("  struct jv_parser parser;\n  parser_init(&parser, flags);\n",
     "  struct jv_parser parser;\n  weft_charge_scan(4 * (uint64_t)length);\n  parser_init(&parser, flags);\n"),
)

# --- opcodes -----------------------------------------------------------------

edit(
    "execute.c",
    ('#include "jv.h"\n', '#include "jv.h"\n' + BUDGET),
    ("    if (jq->halted) {\n", "    if (weft_tick(WEFT_TICKS_PER_STEP)) return jv_invalid();\n    if (jq->halted) {\n"),
    ("  for (int i=0; i<callee.bc->nlocals; i++) {\n",
     "  weft_charge_ticks(callee.bc->nlocals);\n  for (int i=0; i<callee.bc->nlocals; i++) {\n"),
    # `try break $out catch .` shows the number of the label: it must not tell how often the program ran.
    ("  jq->initial_execution = 1;\n", "  jq->initial_execution = 1;\n  jq->next_label = 0;\n"),
)

# --- no outside world: environment, files, clock, time zone -------------------

for name in ["env", "halt", "halt_error", "get_search_list", "get_prog_origin", "get_jq_origin", "modulemeta", "input",
             "debug", "stderr", "strflocaltime", "localtime", "input_filename", "input_line_number", "have_decnum",
             "have_literal_numbers"]:
    remove("builtin.c", rf'^  CFUNC\(f_\w+, "{name}", \d\),\n')
for line in ("def halt_error:", "def inputs:", "def debug(msgs):"):
    remove("builtin.jq", rf"^{re.escape(line)}.*\n")
builtin = (SRC / "builtin.c").read_text()
builtin, found = re.subn(r"static jv f_now\(jq_state \*jq, jv a\) \{.*?\n\}\n",
                         "static jv f_now(jq_state *jq, jv a) {\n  jv_free(a);\n  return jv_number(weft_budget.now);\n}\n",
                         builtin, flags=re.S)
if found != 2:
    sys.exit(f"builtin.c: f_now is defined {found} times")
(SRC / "builtin.c").write_text(builtin)
edit("compile.c", ('strcmp(curr->symbol, "ENV") == 0', "0"))
edit("linker.c", ("  jv home = get_home();\n", "  jv home = jv_invalid();\n"))

# Functions whose last digit differs between C libraries are gone; these are exact.
EXACT = {"ceil", "copysign", "fabs", "fdim", "floor", "fma", "fmax", "fmin", "fmod", "frexp", "ldexp", "logb", "modf",
         "nearbyint", "nextafter", "remainder", "rint", "round", "sqrt", "trunc"}
libm = (SRC / "libm.h").read_text()


def keep(block):
    name = re.search(r"LIBM_\w+\((\w+)", block.group(0))
    return block.group(0) if name and name.group(1) in EXACT else ""


(SRC / "libm.h").write_text(re.sub(r"#if(?:def|\s).*?\n#endif\n", keep, libm, flags=re.S))

# --- built-in functions ------------------------------------------------------

edit(
    "builtin.c",
    ('#include "builtin.h"\n', '#include "builtin.h"\n' + BUDGET),
    ('#include "libm.h"\n#undef LIBM_DDDD_NO\n#undef LIBM_DDD_NO\n#undef LIBM_DD_NO\n#undef LIBM_DA_NO\n#undef LIBM_DDDD\n'
     "#undef LIBM_DDD\n#undef LIBM_DD\n#undef LIBM_DA\n\n#ifdef __APPLE__\n",
     '#define ldexp(x, exponent) ldexp((x), weft_int(exponent))\n#include "libm.h"\n#undef ldexp\n#undef LIBM_DDDD_NO\n'
     "#undef LIBM_DDD_NO\n#undef LIBM_DD_NO\n#undef LIBM_DA_NO\n#undef LIBM_DDDD\n#undef LIBM_DDD\n#undef LIBM_DD\n"
     "#undef LIBM_DA\n\n#ifdef __APPLE__\n"),
    ("static jv order_cmp(jv a, jv b, enum cmp_op op) {\n", """static int weft_rank(jv v) {
  return jv_get_kind(v) == JV_KIND_FALSE ? JV_KIND_TRUE : (int)jv_get_kind(v);
}

static jv order_cmp(jv a, jv b, enum cmp_op op) {
  if (weft_budget.strict && weft_rank(a) != weft_rank(b)) {
    jv message = jv_string_fmt("cannot compare %s with %s: is a field missing?", jv_kind_name(jv_get_kind(a)),
                               jv_kind_name(jv_get_kind(b)));
    return ret_error2(a, b, message);
  }
"""),
    ("  while ((i = jvp_utf8_next((cstart = i), end, &c))) {\n",
     "  while (!weft_spent() && (i = jvp_utf8_next((cstart = i), end, &c))) {\n"),
    ("  if (blen <= alen && memcmp(", "  weft_charge_scan(blen);\n  if (blen <= alen && memcmp("),
    ("  if (alen < blen ||\n", "  weft_charge_scan(blen);\n  if (alen < blen ||\n"),
    ("    int len = jv_string_length_bytes(jv_copy(input));\n    if ((size_t)len != strlen(s)) {\n"
     '      return type_error(input, "cannot be parsed as a number");\n',
     "    int len = jv_string_length_bytes(jv_copy(input));\n    weft_charge_scan(4 * (uint64_t)len);\n"
     "    if ((size_t)len != strlen(s)) {\n"
     '      return type_error(input, "cannot be parsed as a number");\n'),
    ("    const char *s = jv_string_value(input);\n    int len = jv_string_length_bytes(jv_copy(input));\n"
     "    if ((size_t)len != strlen(s)) {\n",
     "    const char *s = jv_string_value(input);\n    int len = jv_string_length_bytes(jv_copy(input));\n"
     "    weft_charge_scan(len);\n    if ((size_t)len != strlen(s)) {\n"),
    ("  const char *trim_end = end;\n", "  const char *trim_end = end;\n  weft_charge_scan(len);\n"),
    ("    int nv = jv_number_value(n);\n", "    int nv = weft_int(jv_number_value(n));\n"),
    # Regular expressions: compiling one, each search, and the walks from the beginning that find positions. How often a
    # match may try is counted in oniguruma, below.
    ("  onigret = onig_new(&reg, ", """  const int regex_length = jv_string_length_bytes(jv_copy(regex));
  weft_charge_ticks(1600 + 64 * (uint64_t)regex_length);
  if (regex_length > 2000) {
    jv_free(input);
    return ret_error(regex, jv_string("Regex failure: longer than 2,000 bytes"));
  }
  onigret = onig_new(&reg, """),
    ("        region, ONIG_OPTION_NONE);\n", """        region, ONIG_OPTION_NONE);
    weft_charge_scan(onigret >= 0 ? (uint64_t)region->end[0] * (region->num_regs + 1) : (uint64_t)(end - start));
    if (weft_spent()) break;
"""),
    # glibc's %s asks for the local time zone.
    ("  const char *end = strptime(input, fmt, &tm);\n", """  if (weft_asks_local(fmt)) {
    return ret_error2(a, b, jv_string("strptime/1: %s depends on the local time zone; use tonumber"));
  }
  weft_charge_scan(jv_string_length_bytes(jv_copy(a)) + (uint64_t)jv_string_length_bytes(jv_copy(b)));
  const char *end = strptime(input, fmt, &tm);
"""),
    ("static jv f_strptime(jq_state *jq, jv a, jv b) {\n", """static int weft_asks_local(const char* fmt) {
  for (; *fmt; ++fmt) {
    if (*fmt != '%') continue;
    do ++fmt;
    while (*fmt && (strchr("_-0^#+EO", *fmt) || isdigit((unsigned char)*fmt)));
    if (*fmt == 's') return 1;
    if (*fmt == 0) return 0;
  }
  return 0;
}

static jv f_strptime(jq_state *jq, jv a, jv b) {
"""),
    ("    return ret_error(b, jv_string(\"strftime/1 requires parsed datetime inputs\"));\n\n  const char *fmt = jv_string_value(b);\n",
     "    return ret_error(b, jv_string(\"strftime/1 requires parsed datetime inputs\"));\n\n  const char *fmt = jv_string_value(b);\n"
     "  if (weft_asks_local(fmt)) {\n"
     "    return ret_error(b, jv_string(\"strftime/1: %s depends on the local time zone; use mktime\"));\n  }\n"),
    ("  double fsecs = jv_number_value(a);\n  time_t secs = fsecs;\n",
     "  double fsecs = jv_number_value(a);\n  if (!(fabs(fsecs) < 1e15))\n"
     "    return ret_error(a, jv_string(\"error converting number of seconds since epoch to datetime\"));\n"
     "  time_t secs = fsecs;\n", 4),
)
edit(
    "regint.h",
    ("#define xmalloc    malloc\n", '#include "../../../src/weft_budget.h"\n#define xmalloc    malloc\n'),
    folder=Path("vendor/oniguruma/src"),
)
edit(
    "regexec.c",
    ("#define CHECK_RETRY_LIMIT_IN_MATCH  do {\\\n  if (++retry_in_match_counter >= retry_limit_in_match && \\\n"
     "      retry_limit_in_match != 0) {\\\n",
     "#define CHECK_RETRY_LIMIT_IN_MATCH  do {\\\n  if (weft_tick(1) || (++retry_in_match_counter >= retry_limit_in_match && \\\n"
     "      retry_limit_in_match != 0)) {\\\n"),
    ("#define CASE_OP(x)   L_##x: SOP_IN(OP_##x); MATCH_DEBUG_OUT(0)\n",
     "#define CASE_OP(x)   L_##x: SOP_IN(OP_##x); \\\n"
     "  if (weft_tick(1)) MATCH_AT_ERROR_RETURN(ONIGERR_RETRY_LIMIT_IN_MATCH_OVER); MATCH_DEBUG_OUT(0)\n"),
    ("while (DATA_ENSURE_CHECK1) {\n", "while (DATA_ENSURE_CHECK1) {\n          weft_charge_ticks(1);\n", 4),
    ("    k--;\\\n", "    k--; weft_charge_ticks(1);\\\n", 11),
    ("    (k)--;\\\n", "    (k)--; weft_charge_ticks(1);\\\n", 2),
    ("#define STRING_CMP(s1,s2,len) do {\\\n", "#define STRING_CMP(s1,s2,len) do {\\\n  weft_charge_scan((uint64_t)len);\\\n"),
    ("#define STRING_CMP_VALUE(s1,s2,len,is_fail) do {\\\n",
     "#define STRING_CMP_VALUE(s1,s2,len,is_fail) do {\\\n  weft_charge_scan((uint64_t)len);\\\n"),
    ("                         UChar* s1, UChar** ps2, int mblen)\n{\n",
     "                         UChar* s1, UChar** ps2, int mblen)\n{\n  weft_charge_ticks((uint64_t)mblen);\n"),
    folder=Path("vendor/oniguruma/src"),
)

# --- ours inside -------------------------------------------------------------

with open(SRC / "compile.c", "a") as out:
    out.write('\n#include "weft_parse.inc"\n')
edit(
    "locfile.c",
    ("void locfile_locate(struct locfile* l, location loc, const char* fmt, ...) {\n",
     "int weft_note_error(location loc, const char* text);\n"
     "void locfile_locate(struct locfile* l, location loc, const char* fmt, ...) {\n"),
    ("  if (loc.start == -1) {\n", "  if (weft_note_error(loc, jv_string_value(m1)) || loc.start == -1) {\n"),
)

# --- leak checkers -----------------------------------------------------------

# The interpreter's stack is only pointed to past its end, which leak checkers take for lost.
edit(
    "exec_stack.h",
    ("  char* mem_end; // one-past-the-end of allocated region\n",
     "  char* mem_end; // one-past-the-end of allocated region\n  char* mem_start;\n"),
    ("  s->mem_end = 0;\n", "  s->mem_end = 0;\n  s->mem_start = 0;\n"),
    ("  s->mem_end = new_mem_start + new_mem_length;\n",
     "  s->mem_end = new_mem_start + new_mem_length;\n  s->mem_start = new_mem_start;\n"),
)
