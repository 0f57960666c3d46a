# shellcheck shell=bash
# An office of pretended endpoints beside this machine, so that every page of the console has something to show.

cmd_demo() {
  local data=$ROOT/.yagura port=8443 endpoints=200 days=7
  while [ $# -gt 0 ]; do
    case $1 in
      --data) data=$(absolute "${2:?--data needs a folder}") && shift ;;
      --data=*) data=$(absolute "${1#*=}") ;;
      --port) port=${2:?--port needs a number} && shift ;;
      --port=*) port=${1#*=} ;;
      --endpoints) endpoints=${2:?--endpoints needs a number} && shift ;;
      --endpoints=*) endpoints=${1#*=} ;;
      --days) days=${2:?--days needs a number} && shift ;;
      --days=*) days=${1#*=} ;;
      *) die "demo does not know \"$1\" (see ./dev help)" ;;
    esac
    shift
  done
  cmd_up --detach --data "$data" --port "$port"
  data=$(cd "$data" && pwd)
  local pid
  if pid=$(pid_of "$data" demo); then
    say "the office is there already (process $pid)"
    return 0
  fi
  say "an office of $endpoints endpoints with $days days of history moves in (all lines: $data/demo.log)"
  : >"$data/demo.log"
  start_program "$data" demo "$BIN/yagura-sim" demo --server "$URL" --ca-file "$data/server/ca.pem" \
    --token-file "$data/token" --endpoints "$endpoints" --days "$days" --data "$data/demo"
  local told=$SECONDS
  until grep -qE '^\{"days"|^\{"endpoints"' "$data/demo.log"; do
    ! has_ended "$data" demo || failed "$data" demo "the office did not move in; the lines above say why"
    if [ $((SECONDS - told)) -ge 10 ]; then
      say "$(tail -n 1 "$data/demo.log")"
      told=$SECONDS
    fi
    sleep 0.3
  done
  say "the office works: $(grep -E '^\{' "$data/demo.log" | tail -n 1)"
  say "look at $URL; stop everything with: ./dev down --data $data"
}
