#!/bin/bash
# Builds everything that is made for WebAssembly: the side modules for PHP.wasm into target/wasm-ext, the JavaScript package
# into target/wasm-core, and the verifier page into target/verifier. What has not changed is not built again.
set -euo pipefail
here=$(dirname "$0")
"$here/side-module.sh"
"$here/core.sh"
"$here/verifier.sh"
