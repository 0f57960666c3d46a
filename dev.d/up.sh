# shellcheck shell=bash
# A server and this machine's agent, running from one folder: DIR/server, DIR/agent, DIR/*.log, DIR/up.json.

cmd_up() {
  local data=$ROOT/.yagura port=8443 detach= agent=yes
  while [ $# -gt 0 ]; do
    case $1 in
      --detach) detach=yes ;;
      --no-agent) agent= ;;
      --data) data=$(absolute "${2:?--data needs a folder}") && shift ;;
      --data=*) data=$(absolute "${1#*=}") ;;
      --port) port=${2:?--port needs a number} && shift ;;
      --port=*) port=${1#*=} ;;
      *) die "up does not know \"$1\" (see ./dev help)" ;;
    esac
    shift
  done
  [[ $port =~ ^[0-9]+$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || die "--port needs a number from 1 to 65535, not \"$port\""

  setup_build
  build_all
  BIN=$(target_dir)/release
  URL=https://127.0.0.1:$port
  umask 077
  mkdir -p "$data"
  data=$(cd "$data" && pwd)
  exec 9>"$data/lock"
  flock -w 120 9 || die "another ./dev works on $data"

  start_server "$data"
  make_token "$data"
  [ -z "$agent" ] || start_agent "$data"
  write_up_json "$data" "$agent"
  exec 9>&-

  say "the console is at $URL (its certificate authority: $data/server/ca.pem)"
  say "sign in once, as admin, with: $("$BIN/yagura-server" admin link --config "$data/server/yagura.toml" --name admin)"
  if [ -n "$detach" ]; then
    say "running; stop it with: ./dev down${data:+ --data $data}"
  else
    follow "$data" "$agent"
  fi
}

cmd_down() {
  local data=$ROOT/.yagura
  while [ $# -gt 0 ]; do
    case $1 in
      --data) data=$(absolute "${2:?--data needs a folder}") && shift ;;
      --data=*) data=$(absolute "${1#*=}") ;;
      *) die "down does not know \"$1\" (see ./dev help)" ;;
    esac
    shift
  done
  [ -d "$data" ] || die "there is nothing at $data"
  data=$(cd "$data" && pwd)
  # The endpoints first: they hand over what they still hold.
  stop_program "$data" demo
  stop_program "$data" agent
  stop_program "$data" server
  rm -f "$data/up.json"
}

# pid_of DATA server|agent|demo: prints the process id of the one started from this folder, if it runs.
pid_of() {
  local pid
  pid=$(cat "$1/$2.pid" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ ]] && [ -r "/proc/$pid/cmdline" ] || return 1
  # The number may belong to another program by now.
  tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qF "$1/$2" || return 1
  printf '%s\n' "$pid"
}

# start_program DATA server|agent|demo PROGRAM ARGS...: detached, its output in DATA/NAME.log.
start_program() {
  local data=$1 name=$2
  shift 2
  # The agent's socket is for everyone who works on this machine.
  [ "$name" != agent ] || umask 022
  setsid nohup "$@" </dev/null >>"$data/$name.log" 2>&1 9>&- &
  umask 077
  printf '%s\n' $! >"$data/$name.pid"
  disown
}

stop_program() {
  local pid
  if ! pid=$(pid_of "$1" "$2"); then
    rm -f "$1/$2.pid"
    return 0
  fi
  say "stopping the $2 (process $pid)"
  kill -TERM "$pid" 2>/dev/null || true
  if ! until_true 30 gone "$pid"; then
    warn "the $2 did not stop within 30 s; killing it"
    kill -KILL "$pid" 2>/dev/null || true
    until_true 5 gone "$pid" || die "process $pid cannot be stopped"
  fi
  rm -f "$1/$2.pid"
}

# A zombie is gone too: only its parent has not looked yet.
gone() { ! [ -r "/proc/$1/stat" ] || [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c 1)" = Z ]; }

# has_ended DATA server|agent|demo: whether what was started last is gone. Between fork and exec a program still goes by the name of
# this script, so its name says nothing here.
has_ended() {
  local pid
  pid=$(cat "$1/$2.pid" 2>/dev/null) || return 0
  gone "$pid"
}

# failed DATA NAME MESSAGE: the end of the log, then what went wrong.
failed() {
  last_lines "$1/$2.log"
  die "$3"
}

# once LOG COMMAND...: runs a short command whose words matter only when it fails.
once() {
  local log=$1
  shift
  "$@" </dev/null >>"$log" 2>&1 9>&-
}

ready() { curl --silent --fail --max-time 2 --noproxy '*' --cacert "$1/server/ca.pem" "$URL/readyz" >/dev/null 2>&1; }
ready_or_dead() { ready "$1" || has_ended "$1" server; }

start_server() {
  local data=$1 config=$1/server/yagura.toml pid
  once "$data/init.log" "$BIN/yagura-server" init --data "$data/server" --url "$URL" ||
    failed "$data" init "the server's folder could not be made; to start afresh remove $data"
  if pid=$(pid_of "$data" server); then
    say "the server runs already (process $pid)"
  else
    # Someone else's server would answer with a certificate that ours did not sign, far less clearly.
    ! (exec 8<>"/dev/tcp/127.0.0.1/${URL##*:}") 2>/dev/null ||
      die "port ${URL##*:} is taken by another program; choose one with --port N"
    start_program "$data" server "$BIN/yagura-server" serve --config "$config"
  fi
  until_true 30 ready_or_dead "$data" || true
  ready "$data" || failed "$data" server "the server is not ready at $URL/readyz; the lines above say why (all of them: $data/server.log)"
  say "the server is ready"
}

ctl() { YAGURA_URL=$URL YAGURA_CA_FILE=$1/server/ca.pem YAGURA_TOKEN_FILE=$1/token "$BIN/yaguractl" "${@:2}" </dev/null; }

# A token for command-line programs: the one that is there, while it works.
make_token() {
  local data=$1
  if [ -s "$data/token" ] && ctl "$data" endpoints list -o json >/dev/null 2>&1; then return 0; fi
  rm -f "$data/token"
  once "$data/init.log" "$BIN/yagura-server" admin token --config "$data/server/yagura.toml" --name admin --out "$data/token" ||
    failed "$data" init "no API token could be made"
  chmod 600 "$data/token"
}

agent_is_enrolled() { [ -e "$1/agent.enrolled" ] && [ -d "$1/agent" ]; }

start_agent() {
  local data=$1 pid token
  if ! agent_is_enrolled "$data"; then
    token=$("$BIN/yagura-server" admin enrolment-token --config "$data/server/yagura.toml" 2>>"$data/init.log" </dev/null) ||
      failed "$data" init "no enrolment token could be made"
    once "$data/agent.log" "$BIN/yagura-agent" enrol --server "$URL" --token "$token" --ca-file "$data/server/ca.pem" --data "$data/agent" ||
      failed "$data" agent "the agent could not be enrolled"
    : >"$data/agent.enrolled"
    say "this machine is enrolled"
  fi
  if pid=$(pid_of "$data" agent); then
    say "the agent runs already (process $pid)"
  else
    [ "$(id -u)" -eq 0 ] || warn "not root: the agent runs with fewer sensors; the endpoint's page says which and why"
    start_program "$data" agent "$BIN/yagura-agent" run --data "$data/agent"
  fi
  until_true 30 online_or_dead "$data" || true
  online "$data" || failed "$data" agent "this machine did not come on line at the server (all lines: $data/agent.log)"
  say "this machine is on line"
}

online() {
  ctl "$1" endpoints list -o json 2>/dev/null | HOST=$(uname -n) node -e '
    const document = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const rows = Array.isArray(document) ? document : document.items;
    const here = (row) => row.online === true && row.hostname.split(".")[0] === process.env.HOST.split(".")[0];
    process.exit(rows.some(here) ? 0 : 1);' 2>/dev/null
}
online_or_dead() { online "$1" || has_ended "$1" agent; }

write_up_json() {
  local data=$1
  DATA=$data URL=$URL SERVER=$(pid_of "$data" server || true) AGENT=$(pid_of "$data" agent || true) node -e '
    const { DATA, URL, SERVER, AGENT } = process.env;
    const pid = (text) => (text ? Number(text) : null);
    const up = { url: URL, ca_file: `${DATA}/server/ca.pem`, token_file: `${DATA}/token`, server_pid: pid(SERVER), agent_pid: pid(AGENT) };
    const fs = require("fs");
    fs.writeFileSync(`${DATA}/up.json.new`, JSON.stringify(up, null, 2) + "\n", { mode: 0o600 });
    fs.renameSync(`${DATA}/up.json.new`, `${DATA}/up.json`);'
}

# Shows what both write until Ctrl-C, then stops them.
follow() {
  local data=$1 logs=("$1/server.log")
  [ -z "$2" ] || logs+=("$data/agent.log")
  say "following the logs; Ctrl-C stops everything"
  tail -n 0 -F "${logs[@]}" &
  FOLLOWED=$data
  FOLLOWER=$!
  trap end_follow INT TERM HUP
  wait "$FOLLOWER"
}

end_follow() {
  trap - INT TERM HUP
  # A background process of a script does not hear Ctrl-C.
  kill "$FOLLOWER" 2>/dev/null || true
  printf '\n'
  cmd_down --data "$FOLLOWED"
  exit 0
}
