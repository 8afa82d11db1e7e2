#!/bin/bash
# `make demo`: installs the missing packages on a Debian 12 machine, builds the extension, starts a WordPress
# site with Countersign, and plays an agent conversation on it with the official MCP client. The site
# keeps running until `make demo-down`.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
began=$(now_ms)

heading "Install missing packages"
tests/setup/install.sh build site e2e
tests/setup/node.sh e2e

heading "Build the PHP extension"
say "  the first build takes a minute or two"
cargo build --release --locked --features php
say "  $EXTENSION"

heading "Start a WordPress site"
url=$(tests/site/site up demo --engine sqlite --workers 4 --plugin "$ROOT/php-plugin/countersign" --activate countersign)
say "  $url"

SITE=demo "$CACHE/node22" tests/demo/demo.mjs

cat <<END

${bold}The site is running${plain} ($(since "$began"))

  WordPress    $url/wp-admin/
  login        admin
  password     admin

  Connections  $url/wp-admin/admin.php?page=countersign
  Audit        $url/wp-admin/admin.php?page=countersign-audit

  for agents   $url/wp-json/countersign/v1/mcp
               ${dim}add this address to any MCP client on this machine; the consent page opens in your browser${plain}

  ${bold}make demo-down${plain} stops it.
END
