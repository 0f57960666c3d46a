# shellcheck shell=bash
# The tests, step by step. A failing step does not stop the others; the last line sums up.

cmd_test() {
  local steps=("$@") step
  [ ${#steps[@]} -gt 0 ] || steps=(console rust api e2e)
  for step in "${steps[@]}"; do
    case $step in
      console | rust | scenarios | api | e2e) ;;
      *) die "test does not know the step \"$step\" (console, rust, scenarios, api, e2e; without a step, all)" ;;
    esac
  done
  setup_build
  setup_test
  TEST_DIR=$(mktemp -d)
  trap end_tests EXIT
  FAILED_STEPS=()
  # Rust's tests run with the scenarios among them when everything is asked for: one build serves both.
  local everything=
  [ $# -gt 0 ] || everything=yes
  for step in "${steps[@]}"; do
    case $step in
      console) test_console ;;
      rust) test_rust "$everything" ;;
      scenarios) test_scenarios ;;
      api) test_api_step ;;
      e2e) test_e2e ;;
    esac
  done
  sum_up
}

# run_step NAME WHAT COMMAND...: output to a log and, where it fails, its end to the screen.
run_step() {
  local name=$1 what=$2 log=$TEST_DIR/$1.log from=$SECONDS used
  used=$(processor_seconds)
  shift 2
  say "$what ..."
  if CI=true "$@" </dev/null >"$log" 2>&1; then
    say "$what: passed in $((SECONDS - from)) s, $(($(processor_seconds) - used)) s of processor"
  else
    FAILED_STEPS+=("$name")
    grep -E -A 12 '^(error|failures:|---- |thread .* panicked| *FAIL )|✘|^ +[0-9]+\) ' "$log" | tail -n 150 >&2 || true
    last_lines "$log"
    say "$what: FAILED after $((SECONDS - from)) s"
  fi
}

# What this shell and all that it waited for have used of the processors until now, in whole seconds.
processor_seconds() {
  awk '{ hz = 100; print int(($14 + $15 + $16 + $17) / hz) }' "/proc/$$/stat"
}

test_console() {
  # What ./dev check has just passed on the same files is not asked again.
  [ -n "${YAGURA_CHECKED:-}" ] || run_step console-check "the console's types and lints" npm run --silent check
  run_step console-unit "the console's units" npm run --silent test
}

test_api_step() {
  build_test_programs
  run_step api "the API under made-up requests (schemathesis)" test_api "$YAGURA_BIN_DIR"
}

test_e2e() {
  run_step e2e "the console in Chromium, on the mock" npm run --silent e2e
  build_test_programs
  run_step e2e-server "the console in Chromium, on a real server and agent" npm run --silent e2e:server
}

# What scenarios start: the programs, built as the tests are, so that nothing is compiled twice.
build_test_programs() {
  [ -z "${YAGURA_BIN_DIR:-}" ] || return 0
  build_console
  run_step rust-build "building the programs and the tests" build_test_profile
  YAGURA_BIN_DIR=$(target_dir)/debug
  export YAGURA_BIN_DIR
}

build_test_profile() {
  cargo build --locked --workspace --bins --all-features &&
    cargo test --locked --workspace --all-features --lib --bins --tests --examples --no-run
}

test_rust() {
  build_test_programs
  start_postgres
  local only=(--exclude yagura-scenarios)
  [ -z "$1" ] || only=()
  run_step rust "Rust's tests${1:+ and the scenarios}" \
    cargo test --locked --workspace "${only[@]}" --all-features --lib --bins --tests --examples --no-fail-fast -- --show-output
  stop_postgres
  slowest "$TEST_DIR/rust.log"
}

# Which test programs took longest: what to look at before the whole takes too long.
slowest() {
  local line
  while IFS= read -r line; do say "  $line"; done < <(
    sed -nE -e 's/^ *Running (unittests )?(\S+) \(.*\/deps\/(\S+)-[0-9a-f]+\)$/\3 (\2)/; T took; h; b' \
      -e ':took' -e 's/^test result: .* finished in ([0-9]+)\.[0-9]+s$/\1/; T' -e 'G; s/\n/ s /p' "$1" | sort -rn | head -n 8
  )
}

test_scenarios() {
  build_test_programs
  start_postgres
  run_step scenarios "the scenarios" cargo test --locked -p yagura-scenarios --all-features --no-fail-fast -- --show-output
  stop_postgres
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
    FAILED_STEPS+=(postgres)
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
  stop_postgres
  rm -rf "$TEST_DIR"
}

# --- the last line ---------------------------------------------------------------------------------------------------

# count REGEX: adds up the numbers that sed's REGEX finds in the logs.
count() { cat "$TEST_DIR"/*.log | sed -E 's/\x1b\[[0-9;]*m//g' | sed -nE "$1" | awk '{ n += $1 } END { print n + 0 }'; }

sum_up() {
  local passed failed skipped
  # cargo, then vitest ("Tests  1 failed | 12 passed"), then Playwright ("  12 passed (3.4s)").
  passed=$(($(count 's/^test result:.* ([0-9]+) passed.*/\1/p') + $(count 's/^ +Tests .* ([0-9]+) passed.*/\1/p') + $(count 's/^ +([0-9]+) passed \(.*/\1/p')))
  failed=$(($(count 's/^test result:.* ([0-9]+) failed.*/\1/p') + $(count 's/^ +Tests +([0-9]+) failed.*/\1/p') + $(count 's/^ +([0-9]+) failed$/\1/p')))
  skipped=$(cat "$TEST_DIR"/*.log | grep -c '^SKIPPED' || true)
  cat "$TEST_DIR"/*.log | grep '^SKIPPED' | sort | uniq -c | sed 's/^ *\([0-9]*\) /  \1 x /' || true
  if [ ${#FAILED_STEPS[@]} -eq 0 ]; then
    say "test: $passed passed, $failed failed, $skipped said SKIPPED; all steps passed"
  else
    say "test: $passed passed, $failed failed, $skipped said SKIPPED; FAILED steps: ${FAILED_STEPS[*]}"
    return 1
  fi
}
