"""ClickHouse's engine behind HTTP, for tests: chdb (PyPI) answers what clickhouse-server would.

A development tool, never shipped. One engine, one query at a time, no users, no compression. It prints the port it
listens on and ends when its standard input closes, so that it never outlives the tests that started it.

Usage: bridge.py FOLDER   (the engine's data, made when it does not exist)
"""

import os
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb import session

FOLDER = sys.argv[1]
ENGINE = session.Session(os.path.join(FOLDER, "engine"))
TURN = threading.Lock()
# What clickhouse-server takes as settings of the connection, and what the client says that is none.
NO_SETTINGS = {"query", "database", "default_format", "user", "password", "compress", "decompress", "session_id", "query_id"}
INSERT = re.compile(r"^\s*(INSERT INTO\s+.+?)\s+FORMAT\s+(\w+)\s*$", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"Code: (\d+)")


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def settings_of(pairs):
    given = [f"{name} = {quoted(values[-1])}" for name, values in pairs.items() if name not in NO_SETTINGS]
    return " SETTINGS " + ", ".join(given) if given else ""


def run(pairs, body):
    """Answers one request: the bytes of the result."""
    form = pairs.get("default_format", ["TabSeparated"])[-1]
    with TURN:
        if "database" in pairs:
            ENGINE.query("USE `" + pairs["database"][-1].replace("`", "") + "`")
        if "query" not in pairs:
            return ENGINE.query(body.decode() + settings_of(pairs), form).bytes()
        insert = INSERT.match(pairs["query"][-1])
        if not insert:
            return ENGINE.query(pairs["query"][-1] + settings_of(pairs), form).bytes()
        # The engine takes rows only as text or from a file.
        with tempfile.NamedTemporaryFile(dir=FOLDER) as rows:
            rows.write(body)
            rows.flush()
            source = f"SELECT * FROM file({quoted(rows.name)}, {quoted(insert[2])})"
            return ENGINE.query(f"{insert[1]}{settings_of(pairs)} {source}", form).bytes()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body of an answer in one packet: else the body waits for the other side's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_POST(self):
        body = self.body()
        try:
            answer, status, code = run(parse_qs(urlsplit(self.path).query, keep_blank_values=True), body), 200, None
        except Exception as error:  # whatever the engine says is the answer
            text = str(error)
            answer, status = text.encode(), 500
            code = (CODE.search(text) or [None, "1002"])[1]
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Whoever hangs up is not worth a word."""


def main():
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    version = ENGINE.query("SELECT version()", "TabSeparated").bytes().decode().strip()
    print(server.server_address[1], version, flush=True)
    sys.stdin.read()
    # The engine's own threads need not be waited for.
    os._exit(0)


main()
