# shellcheck shell=bash
# The API as a stranger reads it: schemathesis makes requests up from the server's own description, and every answer must be one
# that the description promises. A tool for tests, from PyPI, in a folder of its own.

setup_schemathesis() {
  SCHEMATHESIS=$(from_pypi schemathesis schemathesis) || {
    warn "SKIPPED: PyPI did not give schemathesis; the API is not tested with made-up requests"
    SCHEMATHESIS=
  }
}

# test_api PROGRAMS_DIR: a server of its own, in a folder of its own, under made-up requests.
test_api() {
  local bin=$1 data=$TEST_DIR/api port
  [ -n "$SCHEMATHESIS" ] || return 0
  port=$(free_port)
  mkdir -p "$data"
  "$bin/yagura-server" init --data "$data" --url "https://127.0.0.1:$port" &&
    "$bin/yagura-server" admin --config "$data/yagura.toml" token --out "$data/token" || return 1
  "$bin/yagura-server" serve --config "$data/yagura.toml" >"$data/server.log" 2>&1 &
  local server=$! status=0
  until_true 60 curl --silent --fail --noproxy '*' --cacert "$data/ca.pem" --output /dev/null "https://127.0.0.1:$port/readyz" || status=1
  # One after the other: in several threads Python's own parser, which the tool asks for the words of its errors, fails at times.
  # Requests that are refused for want of a session or a mail server are part of it; what is checked is that the answer is
  # one of those described, in the shape described, and never a 5xx.
  [ "$status" -ne 0 ] || "$SCHEMATHESIS" run "https://127.0.0.1:$port/api/openapi.json" \
    --header "Authorization: Bearer $(cat "$data/token")" --tls-verify "$data/ca.pem" --no-color \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases coverage,fuzzing --max-examples "${YAGURA_API_EXAMPLES:-10}" --seed 1 --generation-database none \
    --generation-with-security-parameters false --workers 1 --request-timeout 60 --continue-on-failure --suppress-health-check all || status=1
  kill "$server" && wait "$server" || true
  return "$status"
}
