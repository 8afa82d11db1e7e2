#!/bin/bash
# `make demo`: from a bare Debian 12 machine to a WordPress with Countersign, and an agent at work on
# it through the official MCP client. Leaves the site running; `make demo-down` stops it.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
began=$(now_ms)

heading "What is missing on this machine"
tests/setup/install.sh build site e2e
tests/setup/node.sh

heading "The PHP extension"
say "  building (a minute or two the first time; nothing to do after that)"
cargo build --release --locked --features php
say "  $EXTENSION"

heading "A WordPress of its own"
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
               ${dim}add it to any MCP client on this machine; your browser will ask what it may do${plain}

  ${bold}make demo-down${plain} stops it.
END
