#!/bin/bash
# Installs the Debian packages that a bare Debian 12 machine lacks, by group. A second run has nothing to do.
#
#   tests/setup/install.sh [build|lint|fuzz|site|mariadb|redis|fpm|phpunit|e2e|browser|wasm|packages|bench|matrix]...
#
# Default: all groups except bench and matrix.
#
# No service is started: the tests run their own servers as the current user.
set -euo pipefail
. "$(dirname "$0")/common.sh"

# MariaDB comes from the -core packages: they contain the server program, but no service, no system
# database and no user. An existing MariaDB of the machine is not changed.
packages_of() {
	case $1 in
	build) echo php8.2-dev php8.2-cli clang libclang-dev make gcc pkg-config ;;
	matrix) echo libssl-dev libsodium-dev xz-utils libargon2-1 libcurl4 libonig5 libpng16-16 libpq5 libreadline8 libsqlite3-0 libxml2 libzip4 ;;
	packages) echo debootstrap binutils zip unzip php8.2-dev ;;
	site) echo php8.2-cli php8.2-sqlite3 php8.2-gd php8.2-curl php8.2-xml php8.2-mbstring php8.2-zip php8.2-opcache curl unzip ca-certificates ;;
	mariadb) echo mariadb-server-core mariadb-client-core php8.2-mysql php8.2-fpm nginx-light ;;
	redis) echo redis-server redis-tools ;;
	lint) echo php-codesniffer php8.2-cli php8.2-xml ;;
	fuzz) echo g++ ;;
	fpm) echo php8.2-fpm python3 ;;
	phpunit) echo phpunit php8.2-xml php8.2-mbstring ;;
	e2e) echo curl ;;
	browser) echo chromium ;;
	wasm) echo rustc-web rust-web-src iproute2 ;;
	bench) echo php-symfony-rate-limiter php-symfony-cache php-symfony-lock php8.2-redis ;;
	*) die "unknown group '$1' (known: build lint fuzz site mariadb redis fpm phpunit e2e browser wasm packages bench matrix)" ;;
	esac
}

# Tools that may already be installed in another way (rustup, a Node distribution, pyenv).
# Debian's own cargo (1.65) is too old for the crate. The security suite carries a current one for its
# browsers, under the name cargo-web.
extras_of() {
	case $1 in
	build)
		command -v cargo >/dev/null || echo cargo-web rustc-web
		command -v cargo-fmt >/dev/null || echo rustfmt-web
		command -v cargo-clippy >/dev/null || echo rust-web-clippy
		;;
	e2e)
		node_is_enough || echo nodejs npm
		python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3 python3-venv
		;;
	matrix) node_is_enough || echo nodejs npm ;;
	wasm) command -v cargo >/dev/null || echo cargo-web ;;
	esac
}

# Node is needed only to run npm, which installs the Node that the tests use. Debian's Node 18 is enough.
node_is_enough() {
	command -v npm >/dev/null && command -v node >/dev/null &&
		[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

is_installed() { grep -qx "$1" <<<"$INSTALLED"; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	else
		return 126
	fi
}

# Packages start their services when they are installed, unless this file refuses. An existing file
# (containers have one) is kept. A file made here is removed at the end.
forbid_services() {
	POLICY=/usr/sbin/policy-rc.d
	[ -e "$POLICY" ] && return
	# shellcheck disable=SC2016
	as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$POLICY"
	trap 'as_root rm -f "$POLICY"' EXIT
}

apt_install() {
	export DEBIAN_FRONTEND=noninteractive
	# Wait for another apt that holds the lock instead of failing.
	local apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
	as_root "${apt[@]}" install -y --no-install-recommends "$@" ||
		{ as_root "${apt[@]}" update && as_root "${apt[@]}" install -y --no-install-recommends "$@"; }
}

began=$(now_ms)
groups=("$@")
[ $# -gt 0 ] || groups=(build lint fuzz site mariadb redis fpm phpunit e2e browser wasm packages)
command -v dpkg-query >/dev/null || die "this script supports Debian only; install these packages by hand: $(for g in "${groups[@]}"; do packages_of "$g"; done | xargs)"
INSTALLED=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')

missing=()
for group in "${groups[@]}"; do
	wanted=$(packages_of "$group")
	for package in $wanted $(extras_of "$group"); do
		is_installed "$package" || missing+=("$package")
	done
done

if [ ${#missing[@]} -eq 0 ]; then
	say "setup: all packages for ${groups[*]} are installed ($(since "$began"))"
	exit
fi
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
if [ "$(id -u)" != 0 ] && ! as_root true; then
	die "these Debian packages are missing; install them as root:
  apt-get install --no-install-recommends ${missing[*]}"
fi
say "setup: installing ${missing[*]}"
forbid_services
step "install packages" apt_install "${missing[@]}"
