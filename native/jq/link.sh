cd /tmp/e; clang++-19 -std=c++23 -O2 -fuse-ld=lld -Iwt/src -Ijq/include ev.cc wtb/src/libweft_expr.a wtb/src/libweft_base.a jq/lib/libjq.a jq/lib/libonig.a -lm -lpthread -lfmt -lcrypto -o ev
