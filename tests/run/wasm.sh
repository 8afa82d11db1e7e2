#!/bin/bash
# Builds everything that is made for WebAssembly, and tests it: the PHP extension in PHP.wasm and WordPress Playground, the
# JavaScript package in Node, and the verifier of audit logs.
#
#   tests/run/wasm.sh [FILE...]     default: tests/wasm/*.test.mjs
#
# WASM_EXT=DIR tests other side modules.
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

begin_stage wasm
"$ROOT/tests/setup/node.sh" wasm types
NODE=$CACHE/node24
"$ROOT/packaging/wasm/all.sh"
tests=("$@")
[ $# -gt 0 ] || tests=("$ROOT"/tests/wasm/*.test.mjs)
status=0
for test in "${tests[@]}"; do node_tests "$(basename "$test" .test.mjs)" "$test" || status=1; done
exit "$status"
