# The commands of the project. Each target runs one script, which documents what it does.
.DEFAULT_GOAL := help
.PHONY: help build wasm-ext wasm-core verifier demo demo-down playground test test-lint test-core test-fuzz test-phpt test-fpm test-wasm test-plugin test-conformance test-clients test-clients-all test-browser test-packages test-matrix packages fuzz bench interleavings parity deny analyze licences mutants setup clean-sites

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian 12 packages that are missing
	@tests/setup/install.sh

build: ## build the PHP extension: target/release/libcountersign.so
	@tests/setup/install.sh build
	cargo build --release --locked --features php

wasm-ext: ## build the extension for PHP.wasm, PHP 8.2 and 8.4: target/wasm-ext
	@packaging/wasm/side-module.sh

wasm-core: ## build the npm package @countersign/core: target/wasm-core
	@packaging/wasm/core.sh

verifier: ## build the page that verifies audit logs in a browser: target/verifier/countersign-verifier.html
	@tests/setup/install.sh wasm e2e
	@packaging/wasm/verifier.sh

demo: ## start a WordPress site with Countersign and play an agent conversation on it
	@tests/demo/demo.sh

demo-down: ## stop the demo site
	@tests/site/site down demo

playground: ## WordPress in PHP.wasm with the plugin and the extension, on this machine only; Ctrl-C ends it
	@packaging/playground/playground.sh

test: ## run the stages below in this order
	@tests/run/all.sh

test-lint: ## the plugin's PHP: escaping, nonces, SQL, translations (PHP_CodeSniffer)
	@tests/run/all.sh lint

test-core: ## Rust core: format, lints, tests
	@tests/run/all.sh core

test-fuzz: ## fuzz every parser for ten seconds
	@tests/run/all.sh fuzz

test-phpt: ## PHP extension: phpt tests
	@tests/run/all.sh phpt

test-fpm: ## PHP extension in php-fpm: workers, reload, kills, 100,000 requests
	@tests/run/all.sh fpm

test-wasm: ## WebAssembly: the extension in PHP.wasm and Playground, the JavaScript package, the verifier
	@tests/run/all.sh wasm

test-plugin: ## WordPress plugin: PHPUnit in a real WordPress
	@tests/run/all.sh plugin

test-conformance: ## official MCP conformance suite
	@tests/run/all.sh conformance

test-clients: ## real MCP clients with the complete OAuth flow
	@tests/run/all.sh clients

test-clients-all: ## sixteen clients in every state of a connection, and three checkers (not part of make test)
	@tests/run/all.sh clients-all

test-browser: ## every admin page in Chromium
	@tests/run/all.sh browser

test-packages: ## install and use the release packages (not part of make test)
	@tests/run/all.sh packages

test-matrix: ## extension on PHP 8.2 and 8.4, NTS and ZTS (not part of make test)
	@tests/run/matrix.sh

packages: ## build the release packages into target/packages
	@tests/setup/install.sh build packages wasm e2e
	@packaging/all.sh

fuzz: ## fuzz every parser for ten minutes, two at a time (not part of make test)
	@tests/run/fuzz.sh 600

bench: ## benchmarks, with comparable PHP code (not part of make test)
	@benches/run.sh

interleavings: ## 1,000 random sequences of what people, agents and backups do (part of make test: 25)
	@INTERLEAVINGS=1000 TIME_LIMIT=7200 tests/run/plugin.sh mariadb -- --filter InterleavingsTest

parity: ## 10,000 random inputs of every format in native PHP, PHP.wasm and JavaScript (part of make test: 1,000)
	@COUNT=10000 tests/run/wasm.sh tests/wasm/parity.test.mjs

deny: ## check licences, versions and vulnerabilities of dependencies (not part of make test)
	@tests/run/deny.sh

analyze: ## check the types in the plugin's PHP with mago; builds it first (not part of make test)
	@tests/run/analyze.sh

licences: ## write the licences of the compiled crates again, after a change of a dependency
	@packaging/third-party.sh

mutants: ## mutation testing of the Rust core; takes hours, not in `make test`
	@cargo xtask mutants

clean-sites: ## stop and remove all test sites
	@tests/site/clean.sh
