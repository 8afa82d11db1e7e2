# Countersign: everything a person or a machine types. What a target does is in the script it calls.
.DEFAULT_GOAL := help
.PHONY: help build demo demo-down test test-core test-fuzz test-phpt test-fpm test-plugin test-conformance test-clients test-browser test-packages test-matrix packages fuzz bench mutants setup clean-sites

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing on a Debian 12 machine
	@tests/setup/install.sh

build: ## the PHP extension: target/release/libcountersign.so
	@tests/setup/install.sh build
	cargo build --release --locked --features php

demo: ## a WordPress with Countersign, and an agent at work on it
	@tests/demo/demo.sh

demo-down: ## stop the demo
	@tests/site/site down demo

test: ## every stage below, in this order
	@tests/run/all.sh

test-core: ## the Rust core: format, lints, tests, and that it needs neither PHP nor an operating system
	@tests/run/all.sh core

test-fuzz: ## every parser fuzzed for ten seconds
	@tests/run/all.sh fuzz

test-phpt: ## the extension, through PHP
	@tests/run/all.sh phpt

test-fpm: ## the extension inside php-fpm: workers, reload, kills, 100,000 requests
	@tests/run/all.sh fpm

test-plugin: ## the plugin, inside a real WordPress
	@tests/run/all.sh plugin

test-conformance: ## the official MCP conformance suite
	@tests/run/all.sh conformance

test-clients: ## real MCP clients, with the whole OAuth dance
	@tests/run/all.sh clients

test-browser: ## every admin page, in Chromium
	@tests/run/all.sh browser

test-packages: ## what a release is made of, installed as its users do
	@tests/run/all.sh packages

test-matrix: ## the extension under PHP 8.2 and 8.4, thread-safe and not (not in `make test`)
	@tests/run/matrix.sh

packages: ## a release: target/packages
	@tests/setup/install.sh build packages
	@packaging/all.sh

fuzz: ## every parser fuzzed for ten minutes, two at a time (not a test)
	@tests/run/fuzz.sh 600

bench: ## how fast, beside what one would write instead (not a test)
	@benches/run.sh

mutants: ## mutation testing of the Rust core; long, and not part of make test
	@tests/run/mutants.sh

clean-sites: ## stop and remove every test site
	@tests/site/clean.sh
