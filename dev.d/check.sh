# shellcheck shell=bash
# Everything that reads the code without running it.

cmd_check() {
  [ $# -eq 0 ] || die "check takes no options"
  setup_build
  build_console
  check_rust || die "the lines above say what is not in order"
  say "the console's types and lints"
  check_console
  say "check: everything in order"
}

check_rust() {
  check_format || return 1
  check_lints || return 1
  say "the house's rules (cargo xtask tidy)"
  cargo xtask tidy </dev/null
}

check_console() {
  npm run --silent check </dev/null
}

check_format() {
  # Debian keeps the formatter for its Rust in a package of its own.
  if ! cargo fmt --version >/dev/null 2>&1 && command -v apt-cache >/dev/null && [ -n "$(apt-cache search --names-only '^rustfmt-web$')" ]; then
    need_packages rustfmt-web
  fi
  if cargo fmt --version >/dev/null 2>&1; then
    say "formats (cargo fmt)"
    cargo fmt --all --check </dev/null
  else
    warn "SKIPPED: formats are not checked, because this Rust has no cargo fmt"
  fi
}

check_lints() {
  if ! cargo clippy --version >/dev/null 2>&1 && command -v apt-cache >/dev/null && [ -n "$(apt-cache search --names-only '^rust-clippy-web$')" ]; then
    need_packages rust-clippy-web
  fi
  if [ -n "${RUSTC_WORKSPACE_WRAPPER:-}" ]; then
    say "lints (what clippy said while the programs were compiled)"
    compiled_without_warnings
  elif cargo clippy --version >/dev/null 2>&1; then
    say "lints (cargo clippy)"
    cargo clippy --locked --workspace --all-targets --all-features </dev/null -- -D warnings
  else
    warn "SKIPPED: lints are not checked, because this Rust has no cargo clippy (Debian's rustc-web comes without)"
  fi
}

# Prints the path of the compiler that knows clippy's lints; it stands beside rustc, or where Debian puts programs.
find_clippy_driver() {
  local beside
  beside=$(rustc --print sysroot)/bin/clippy-driver
  if [ -x "$beside" ]; then printf '%s\n' "$beside"; else command -v clippy-driver; fi
}

# Nothing is compiled: cargo says again what it was told then.
compiled_without_warnings() {
  local said
  said=$(build_targets 2>&1) || {
    printf '%s\n' "$said"
    return 1
  }
  if grep -E '^(warning|error)' <<<"$said" >/dev/null; then
    printf '%s\n' "$said"
    return 1
  fi
}

cmd_new_feature() {
  [ $# -eq 1 ] || die "usage: ./dev new-feature NAME"
  setup_rust
  cargo xtask new-feature "$1" </dev/null
}
