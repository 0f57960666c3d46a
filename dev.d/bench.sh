# shellcheck shell=bash
# Measures. Figures depend on the machine and on what else it does: nothing here fails because a figure is low.

cmd_bench() {
  local what=${1:-}
  [ $# -eq 0 ] || shift
  case $what in
    channel) bench_channel "$@" ;;
    events) bench_events "$@" ;;
    sensors) bench_sensors "$@" ;;
    warnings) bench_warnings "$@" ;;
    idle) bench_idle "$@" ;;
    assets) bench_assets "$@" ;;
    vulnerabilities) bench_vulnerabilities "$@" ;;
    distribution) bench_distribution "$@" ;;
    *) die "usage: ./dev bench channel [--idle-seconds N] [--endpoints N] | events [--days N] [--growth DAYS,DAYS] [--endpoints N] [--keep FOLDER] | sensors [--part day|files] [--seconds N] [--rate N] [--rounds N] [--round-seconds N] | warnings [ROUNDS [PEOPLE]] | idle [SECONDS] | assets [--part look|ledger] [--rounds N] [--machines N] | vulnerabilities [MACHINES] | distribution [MACHINES]" ;;
  esac
}

bench_channel() {
  setup_build
  build_all
  BIN=$(target_dir)/release
  say "building the process storm"
  cargo build --release --locked --quiet -p yagura-sensors --example exec_storm </dev/null
  node "$ROOT/dev.d/bench/channel.mjs" --bin "$BIN" "$@" </dev/null
}

# The event store beside other engines on the same rows, then alone on many more while events arrive.
bench_events() {
  setup_build
  setup_bench
  build_program yagura-sim
  say "building the questions"
  cargo build --release --locked --quiet -p yagura-events --example compare </dev/null
  "$BENCH_PYTHON" "$ROOT/dev.d/bench/events.py" --bin "$(target_dir)/release" "$@" </dev/null
}

# The file sensor under a burst, and beside auditd; and the rows of an ordinary day. auditd is installed but not started as a service.
bench_sensors() {
  setup_build
  local part=all
  if [ "${1:-}" = --part ]; then
    part=${2:-}
    shift 2 || die "--part day|files"
  fi
  case $part in
    all | day) bench_day ;;
    files) ;;
    *) die "--part day|files" ;;
  esac
  [ "$part" != day ] || return 0
  need_packages auditd python3 util-linux
  say "building the file storm"
  cargo build --release --locked --quiet -p yagura-sensors --example file_storm </dev/null
  python3 "$ROOT/dev.d/bench/sensors.py" --program "$(target_dir)/release/examples/file_storm" "$@" </dev/null
}

# How many rows the default policy makes of a day at a desk, in a mount namespace of its own.
bench_day() {
  need_packages util-linux perl make gcc git vim dpkg
  say "building the day"
  cargo build --release --locked --quiet -p yagura-operation-log --all-features --example ordinary_day </dev/null
  "$(target_dir)/release/examples/ordinary_day" </dev/null
}

# From an act that is against a rule to the person's screen, the administrator's list and the mail.
bench_warnings() {
  setup_build
  need_packages xvfb
  build_all
  say "building the measurement"
  cargo build --release --locked --quiet -p yagura-scenarios --example latency </dev/null
  YAGURA_BIN_DIR=$(target_dir)/release "$(target_dir)/release/examples/latency" "$@" </dev/null
}

# The agent and the session program on a desktop, untouched and worked at.
bench_idle() {
  setup_build
  need_packages xvfb xterm openbox x11-utils
  build_all
  say "building the measurement"
  cargo build --release --locked --quiet -p yagura-scenarios --example idle </dev/null
  YAGURA_BIN_DIR=$(target_dir)/release "$(target_dir)/release/examples/idle" "$@" </dev/null
}

# A whole look at a machine, and what of it is sent, beside Debian's fusioninventory-agent where that is installed.
bench_assets() {
  setup_build
  local part=all machines=100000
  if [ "${1:-}" = --part ]; then
    part=${2:-}
    shift 2 || die "--part look|ledger"
  fi
  if [ "${1:-}" = --machines ]; then
    machines=${2:-}
    shift 2 || die "--machines N"
  fi
  case $part in
    all | look | ledger) ;;
    *) die "--part look|ledger" ;;
  esac
  [ "$part" = ledger ] || bench_look "$@"
  [ "$part" = look ] || bench_ledger "$machines"
}

bench_look() {
  need_packages python3
  say "building the look"
  cargo build --release --locked --quiet -p yagura-assets --features agent --example cost </dev/null
  python3 "$ROOT/dev.d/bench/assets.py" --program "$(target_dir)/release/examples/cost" "$@" </dev/null
}

# How fast the ledger answers with so many machines of 300 packages each, on SQLite, or on the empty database that YAGURA_BENCH_DATABASE names.
bench_ledger() {
  say "building the ledger"
  build_console
  cargo build --release --locked --quiet -p yagura-server --example ledger </dev/null
  "$(target_dir)/release/examples/ledger" "$1" 300 ${YAGURA_BENCH_DATABASE:+"$YAGURA_BENCH_DATABASE"} </dev/null
}

# Who suffers from what, with so many machines of 300 packages each, on SQLite, or on the empty database that YAGURA_BENCH_DATABASE names.
bench_vulnerabilities() {
  setup_build
  say "building the board"
  build_console
  cargo build --release --locked --quiet -p yagura-server --example vulnerabilities </dev/null
  "$(target_dir)/release/examples/vulnerabilities" "${1:-100000}" 300 ${YAGURA_BENCH_DATABASE:+"$YAGURA_BENCH_DATABASE"} </dev/null
}

# A rollout to very many endpoints: preview, creation, each ring, and what people ask meanwhile.
bench_distribution() {
  setup_build
  say "building the rollout"
  build_console
  cargo build --release --locked --quiet -p yagura-server --example distribution </dev/null
  "$(target_dir)/release/examples/distribution" "${1:-100000}" ${YAGURA_BENCH_DATABASE:+"$YAGURA_BENCH_DATABASE"} </dev/null
}

# The other engines come from PyPI into a folder of the user's cache; none of them is ever shipped.
setup_bench() {
  local place=${XDG_CACHE_HOME:-$HOME/.cache}/yagura/bench
  BENCH_PYTHON=$place/bin/python
  [ -x "$BENCH_PYTHON" ] || python3 -m venv "$place" || die "Python's venv could not be made in $place"
  "$BENCH_PYTHON" -c 'import chdb, duckdb, zstandard' 2>/dev/null && return 0
  say "installing ClickHouse's engine and DuckDB from PyPI into $place"
  "$BENCH_PYTHON" -m pip install --quiet --disable-pip-version-check chdb duckdb zstandard || die "the other engines were not installed"
}
