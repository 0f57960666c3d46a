# shellcheck shell=bash
# The console, then each program by its own cargo invocation: cargo unifies features within one, and the agent must not
# be built with what only the server needs.

readonly PROGRAMS=(yagura-server yagura-agent yagura-session yaguractl yagura-sim)

cmd_build() {
  setup_build
  build_all
  say "built: ${PROGRAMS[*]/#/$(target_dir)/release/}"
}

target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$ROOT/target}"; }

build_all() {
  build_console
  local program
  for program in "${PROGRAMS[@]}"; do
    build_program "$program"
  done
}

build_program() {
  local log
  log=$(target_dir)/dev-build.log
  mkdir -p "$(target_dir)"
  # cargo's own progress where someone watches it; else silence, unless it fails.
  if [ -t 2 ]; then
    cargo build --release --locked -p "$1" </dev/null || die "$1 was not built"
  else
    local from=$SECONDS
    cargo build --release --locked -p "$1" </dev/null >"$log" 2>&1 || {
      last_lines "$log"
      die "$1 was not built"
    }
    [ $((SECONDS - from)) -lt 3 ] || say "built $1"
  fi
}

# The console into console/dist, which the server carries inside. Skipped when nothing it is made of has changed; types are nothing of it.
build_console() {
  local built=console/dist/index.html
  if [ -f "$built" ] && [ -z "$(find console core/*/console features/*/console package-lock.json \
    -path console/dist -prune -o -path console/dist-mock -prune -o -name node_modules -prune -o \
    -path console/test-results -prune -o -path console/src/api/generated.ts -prune -o -type f -newer "$built" -print -quit)" ]; then
    return 0
  fi
  say "building the console"
  npm run --silent build -- --logLevel warn </dev/null
}
