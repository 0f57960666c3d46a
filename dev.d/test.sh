# shellcheck shell=bash
# The tests, step by step. A failing step does not stop the others; the last line sums up.

cmd_test() {
  local steps=("$@") step
  for step in "${steps[@]}"; do
    case $step in
      console | rust | scenarios | api | e2e) ;;
      *) die "test does not know the step \"$step\" (console, rust, scenarios, api, e2e; without a step, all)" ;;
    esac
  done
  begin_tests
  [ ${#steps[@]} -gt 0 ] || test_beside test_rust test_consoles_and_scenarios
  for step in "${steps[@]}"; do
    case $step in
      console) test_console ;;
      rust) test_rust ;;
      scenarios) test_scenarios ;;
      api) test_api_step ;;
      e2e) test_e2e ;;
    esac
  done
  sum_up
}

# What every change must pass: the checks and the tests, as .ci/run asks for them.
cmd_ci() {
  [ $# -eq 0 ] || die "ci takes no options"
  begin_tests
  CHECKED=yes
  lint_while_compiling
  test_beside check_and_test_rust check_and_test_consoles
  sum_up
}

# Whether the checks are steps of their own.
CHECKED=

# What is only read comes last: the other lane waits for the programs.
check_and_test_rust() {
  test_rust
  run_step check-rust "formats, lints and the house's rules" check_rust
}

check_and_test_consoles() {
  run_step console-check "the console's types and lints" check_console
  test_consoles_and_scenarios
}

# Browsers and scenarios, which wait most of the time.
test_consoles_and_scenarios() {
  test_console
  test_mock
  # While the programs are still being built there is nothing to ask.
  until [ -e "$TEST_DIR/built" ]; do sleep 1; done
  YAGURA_BIN_DIR=${YAGURA_BIN_DIR:-$(target_dir)/debug}
  export YAGURA_BIN_DIR
  test_api_step
  test_real_server
  test_scenarios
}

begin_tests() {
  setup_build
  setup_test
  TEST_DIR=$(mktemp -d)
  trap end_tests EXIT
}

# test_beside COMPUTING WAITING: two lanes of steps at the same time. A browser or a scenario leaves much of two processors to whoever
# computes; two lanes that compute would only take turns. A lane that ends before its last step has failed.
LANE=
test_beside() {
  build_console
  start_postgres
  # In a group of processes of its own, so that all of it can be ended.
  set -m
  (
    "$2"
    : >"$TEST_DIR/lane"
  ) </dev/null &
  LANE=$!
  set +m
  "$1"
  wait "$LANE" || true
  LANE=
  [ -e "$TEST_DIR/lane" ] || fail_step "lane of $2"
  stop_postgres
}

# run_step NAME WHAT COMMAND...: output to a log and, where it fails, its end to the screen. What a step says it says in one piece,
# because another may run beside it; what it used of the processors is without what its programs did not wait for themselves.
run_step() {
  local name=$1 what=$2 log=$TEST_DIR/$1.log from=$SECONDS shell=$BASHPID used
  used=$(processor_seconds "$shell")
  shift 2
  aloud say "$what ..."
  if CI=true "$@" </dev/null >"$log" 2>&1; then
    aloud say "$what: passed in $((SECONDS - from)) s, $(($(processor_seconds "$shell") - used)) s of processor"
  else
    fail_step "$name"
    aloud say_failure "$what" "$log" "$((SECONDS - from))"
  fi
}

say_failure() {
  say "$1: FAILED after $3 s"
  grep -E -A 12 '^(error|failures:|---- |thread .* panicked| *FAIL )|✘|^ +[0-9]+\) |^=+ (ERRORS|FAILURES) =+$' "$2" | tail -n 150 >&2 || true
  last_lines "$2"
}

# One of those who run beside each other speaks at a time.
aloud() {
  (
    flock 8
    "$@"
  ) 8>>"$TEST_DIR/voice"
}

fail_step() { printf '%s\n' "$1" >>"$TEST_DIR/failed"; }

# What a shell and all that it waited for have used of the processors until now, in whole seconds.
processor_seconds() {
  awk '{ hz = 100; print int(($14 + $15 + $16 + $17) / hz) }' "/proc/$1/stat"
}

test_console() {
  [ -n "$CHECKED" ] || run_step console-check "the console's types and lints" check_console
  run_step console-unit "the console's units" npm run --silent test
}

test_api_step() {
  build_test_programs
  run_step api "the API under made-up requests (schemathesis)" test_api "$YAGURA_BIN_DIR"
}

test_e2e() {
  test_mock
  build_test_programs
  test_real_server
}

test_mock() {
  run_step e2e "the console in Chromium, on the mock" npm run --silent e2e
}

test_real_server() {
  run_step e2e-server "the console in Chromium, on a real server and agent" npm run --silent e2e:server
}

# What scenarios start: the programs, built as the tests are, so that nothing is compiled twice.
build_test_programs() {
  if [ -z "${YAGURA_BIN_DIR:-}" ]; then
    build_console
    run_step rust-build "building the programs and the tests" build_test_profile
    YAGURA_BIN_DIR=$(target_dir)/debug
    export YAGURA_BIN_DIR
  fi
  : >"$TEST_DIR/built"
}

# By one invocation: without the tests, whose crates ask for more of tokio and others, half of the server would be compiled once more.
build_test_profile() {
  build_targets && scenarios_program >/dev/null
}

build_targets() {
  cargo build --locked --workspace --all-features "${TARGETS[@]}" </dev/null
}

# Examples have no tests; ./dev check reads them.
TARGETS=(--lib --bins --tests)

# clippy's driver is rustc with more lints. Where both are asked for, our own crates are compiled by it, all targets at once: read first
# and compiled afterwards, they and all that they stand on go through the compiler twice. What people use is compiled by rustc.
lint_while_compiling() {
  local driver
  driver=$(find_clippy_driver) || return 0
  export RUSTC_WORKSPACE_WRAPPER=$driver
  TARGETS=(--all-targets)
}

# The program with the scenarios. As cargo says it: "Executable tests/promises/main.rs (target/debug/deps/promises-0123456789abcdef)"
scenarios_program() {
  [ -s "$TEST_DIR/scenarios" ] || cargo test --locked --workspace --all-features --test promises --no-run 2>&1 |
    sed -nE 's|^ *Executable .*/(promises-[0-9a-f]+)\)$|\1|p' >"$TEST_DIR/scenarios"
  printf '%s/debug/deps/%s\n' "$(target_dir)" "$(cat "$TEST_DIR/scenarios")"
}

# Always with the whole workspace and its features, for the same reason.
cargo_test() {
  cargo test --locked --workspace --all-features --no-fail-fast "$@" -- --show-output
}

# All but the scenarios.
test_rust() {
  build_test_programs
  start_postgres
  run_step rust "Rust's tests" cargo_test --lib --bins --tests --exclude yagura-scenarios
  slowest "$TEST_DIR/rust.log"
}

# Which test programs took longest: what to look at before the whole takes too long.
slowest() {
  local line
  while IFS= read -r line; do aloud say "  $line"; done < <(
    sed -nE -e 's/^ *Running (unittests )?(\S+) \(.*\/deps\/(\S+)-[0-9a-f]+\)$/\3 (\2)/; T took; h; b' \
      -e ':took' -e 's/^test result: .* finished in ([0-9]+)\.[0-9]+s$/\1/; T' -e 'G; s/\n/ s /p' "$1" | sort -rn | head -n 8
  )
}

# Their program itself, from where cargo would start it: cargo would wait while the other lane has something compiled.
test_scenarios() {
  build_test_programs
  start_postgres
  run_step scenarios "the scenarios" scenarios
}

scenarios() {
  local program
  program=$(scenarios_program)
  (cd "$ROOT/scenarios" && "$program" --show-output)
}

# --- a PostgreSQL for this run only ----------------------------------------------------------------------------------

PG_BIN=
PG_DIR=

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# Sets YAGURA_TEST_POSTGRES, the address of an empty cluster that the server's tests make their databases in.
start_postgres() {
  [ -z "$PG_DIR" ] || return 0
  if [ -n "${YAGURA_TEST_POSTGRES:-}" ]; then
    say "PostgreSQL: the one in YAGURA_TEST_POSTGRES"
    return 0
  fi
  PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$PG_BIN" ]; then
    warn "SKIPPED: no PostgreSQL here, the server's tests run on SQLite only"
    return 0
  fi
  PG_DIR=$(mktemp -d /tmp/yagura-pg.XXXXXX)
  [ "$(id -u)" -ne 0 ] || chown postgres "$PG_DIR"
  local port log=$TEST_DIR/postgres.log
  port=$(free_port)
  # What a test writes need not outlive a power cut; the event store's own tests see to that.
  if (cd / && as_postgres "$PG_BIN/initdb" -D "$PG_DIR/data" -U yagura -A trust -E UTF8 --locale=C.UTF-8 --no-sync) >"$log" 2>&1 &&
    (cd / && as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -w -t 30 -l "$PG_DIR/log" \
      -o "-p $port -h 127.0.0.1 -k $PG_DIR -c fsync=off -c full_page_writes=off -c max_connections=300" start) </dev/null >>"$log" 2>&1; then
    export YAGURA_TEST_POSTGRES="postgres://yagura@127.0.0.1:$port/postgres"
    say "PostgreSQL $(basename "$(dirname "$PG_BIN")") runs for the tests on port $port"
  else
    last_lines "$log"
    fail_step postgres
    warn "PostgreSQL did not start"
  fi
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

stop_postgres() {
  [ -n "$PG_DIR" ] || return 0
  (cd / && as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -m immediate -w stop) >/dev/null 2>&1 || true
  rm -rf "$PG_DIR"
  PG_DIR=
  unset YAGURA_TEST_POSTGRES
}

end_tests() {
  [ -z "$LANE" ] || kill -- "-$LANE" 2>/dev/null || true
  stop_postgres
  rm -rf "$TEST_DIR"
}

# --- the last line ---------------------------------------------------------------------------------------------------

# count REGEX: adds up the numbers that sed's REGEX finds in the logs.
count() { cat "$TEST_DIR"/*.log | sed -E 's/\x1b\[[0-9;]*m//g' | sed -nE "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# What was not done says so at the beginning of a line, or in a warning.
readonly SKIPPED='^\(.*WARNING: \)\?SKIPPED'

sum_up() {
  local passed failed skipped
  # cargo, then vitest ("Tests  1 failed | 12 passed"), then Playwright ("  12 passed (3.4s)").
  passed=$(($(count 's/^test result:.* ([0-9]+) passed.*/\1/p') + $(count 's/^ +Tests .* ([0-9]+) passed.*/\1/p') + $(count 's/^ +([0-9]+) passed \(.*/\1/p')))
  failed=$(($(count 's/^test result:.* ([0-9]+) failed.*/\1/p') + $(count 's/^ +Tests +([0-9]+) failed.*/\1/p') + $(count 's/^ +([0-9]+) failed$/\1/p')))
  skipped=$(cat "$TEST_DIR"/*.log | grep -c "$SKIPPED" || true)
  cat "$TEST_DIR"/*.log | grep "$SKIPPED" | sed 's/^.*WARNING: //' | sort | uniq -c | sed 's/^ *\([0-9]*\) /  \1 x /' || true
  if [ ! -e "$TEST_DIR/failed" ]; then
    say "test: $passed passed, $failed failed, $skipped said SKIPPED; all steps passed"
  else
    say "test: $passed passed, $failed failed, $skipped said SKIPPED; FAILED steps: $(paste -sd ' ' "$TEST_DIR/failed")"
    return 1
  fi
}
