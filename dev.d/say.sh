# shellcheck shell=bash
# How ./dev speaks: one line per step, with the time since it started.

SECONDS=0

say() { printf '[%3d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }
warn() { printf '[%3d:%02d] WARNING: %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*" >&2; }
die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# The path given, absolute, as the caller meant it.
absolute() {
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$CALLER/$1" ;;
  esac
}

# last_lines FILE: the end of a log, for a message about a failure.
last_lines() {
  [ -s "$1" ] || return 0
  printf -- '--- the last lines of %s\n' "$1" >&2
  tail -n 25 "$1" >&2
  printf -- '---\n' >&2
}

# until_true SECONDS COMMAND...: polls the command until it succeeds; fails when the time is over.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}
