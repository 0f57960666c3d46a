# shellcheck shell=bash
# Measures. Figures depend on the machine and on what else it does: nothing here fails because a figure is low.

cmd_bench() {
  local what=${1:-}
  [ $# -eq 0 ] || shift
  case $what in
    channel) ;;
    *) die "usage: ./dev bench channel [--idle-seconds N] [--endpoints N]" ;;
  esac
  setup_build
  build_all
  BIN=$(target_dir)/release
  say "building the process storm"
  cargo build --release --locked --quiet -p yagura-sensors --example exec_storm </dev/null
  node "$ROOT/dev.d/bench/channel.mjs" --bin "$BIN" "$@" </dev/null
}
