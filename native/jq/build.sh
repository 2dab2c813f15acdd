#!/usr/bin/env bash
# build.sh SOURCE.tar.gz OUT: libjq with Weft's bounds as static libraries and headers in OUT.
# WEFT_JQ_CFLAGS replaces the optimisation flags, for builds with sanitizers (fuzz/).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tarball=$1 out=$2
mkdir -p source "$out/lib" "$out/include"
tar xzf "$tarball" -C source --strip-components=1
cp "$here"/weft_*.h "$here"/weft_parse.inc source/src/
cd source
python3 "$here/edit.py"
# Newer than what they are made from, so that no generator is wanted.
touch src/lexer.c src/lexer.h src/parser.c src/parser.h
depth=
for what in CMP EQUAL CONTAINS PATH OBJECT_MERGE PARSING PRINT; do depth+=" -DMAX_${what}_DEPTH=1000"; done
./configure --disable-docs --disable-shared --enable-static --with-pic --disable-maintainer-mode --with-oniguruma=builtin \
  CC=clang-19 CFLAGS="${WEFT_JQ_CFLAGS:--O2 -DNDEBUG} -w -ffunction-sections -fdata-sections$depth"
make -j"$(nproc)" -C vendor/oniguruma/src libonig.la
make src/builtin.inc src/config_opts.inc src/version.h
make -j"$(nproc)" libjq.la
cp .libs/libjq.a vendor/oniguruma/src/.libs/libonig.a "$out/lib/"
cp src/jq.h src/jv.h src/weft_budget.h src/weft_parse.h vendor/oniguruma/src/oniguruma.h "$out/include/"
