"""A whole look at a machine: processor time, memory at its peak, bytes as they are sent; and one package's difference.

At this machine, at a made-up tree with a thousand packages, and by Debian's fusioninventory-agent in the same run, which
sends to a server of this program's own.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PACKAGES = 1000
AIMS = "aims: 0.2 s, 30 MB, 25 KB, 2 KB"


# A child's peak begins at its parent's, which has unpacked lists of tens of megabytes: so a small program stands between.
MEASURE = """
import json, os, subprocess, sys
with open(sys.argv[1], "wb") as out:
    child = subprocess.Popen(sys.argv[2:], stdout=out)
    _, status, usage = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def measured(*command, **more):
    """What a program says, with processor time and peak memory of itself and of all that it started."""
    with tempfile.NamedTemporaryFile() as out:
        ask = [sys.executable, "-I", "-c", MEASURE, out.name, *(str(part) for part in command)]
        code, cpu, memory = json.loads(subprocess.run(ask, check=True, stdout=subprocess.PIPE, **more).stdout)
        if code != 0:
            raise SystemExit(f"{command[0]} ended with {code}")
        return Path(out.name).read_bytes(), cpu, memory


def copy(source, target):
    if Path(source).exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def tree(root):
    """A machine of a thousand packages: this one's, and more of the like; lists of apt as they lie on most machines."""
    stanzas = [it for it in Path("/var/lib/dpkg/status").read_text().split("\n\n") if it.startswith("Package: ")]
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    made = []
    for number in range(PACKAGES):
        lines = stanzas[number % len(stanzas)].split("\n")
        name = lines[0].removeprefix("Package: ")
        again = f"{name}-{number // len(stanzas)}" if number >= len(stanzas) else name
        made.append("\n".join([f"Package: {again}", *lines[1:]]))
        source = next((at for at in Path("/var/lib/dpkg/info").glob(f"{name}*.list") if at.stem.split(":")[0] == name), None)
        if source:
            shutil.copyfile(source, info / source.name.replace(name, again, 1))
    (root / "var/lib/dpkg/status").write_text("\n\n".join(made) + "\n")
    for name in ("etc/passwd", "etc/group", "etc/os-release"):
        copy(f"/{name}", root / name)
    for name in ("proc/cpuinfo", "proc/meminfo", "proc/stat"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(Path(f"/{name}").read_bytes())
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    lists = root / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    for source in Path("/var/lib/apt/lists").iterdir():
        if source.name.endswith("InRelease"):
            shutil.copyfile(source, lists / source.name)
        elif "_Packages" in source.name:
            unpacked = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", source], capture_output=True, check=True)
            (lists / (source.name.split("_Packages")[0] + "_Packages")).write_bytes(unpacked.stdout)


class Ocs(BaseHTTPRequestHandler):
    """Asks every agent for its inventory, and counts what comes."""

    sent = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Ocs.sent += len(body)
        reply = zlib.compress(b'<?xml version="1.0" encoding="UTF-8"?><REPLY><RESPONSE>SEND</RESPONSE><PROLOG_FREQ>1</PROLOG_FREQ></REPLY>')
        self.send_response(200)
        self.send_header("Content-Type", "application/x-compress-zlib")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


def peer():
    server = HTTPServer(("127.0.0.1", 0), Ocs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Ocs.sent = 0
    try:
        _, cpu, memory = measured(
            "fusioninventory-agent", f"--server=http://127.0.0.1:{server.server_port}/", "--force", "--tasks=inventory",
            "--logger=stderr", stderr=subprocess.DEVNULL,
        )
    finally:
        server.shutdown()
    return cpu, memory, Ocs.sent


def median(rows, at):
    return statistics.median(row[at] for row in rows)


def ours(program, rounds, *root):
    rows = []
    for _ in range(rounds):
        # The program says its own peak; what stands between counts some megabytes of its own.
        said, cpu, _ = measured(program, *root)
        answer = json.loads(said)
        rows.append((cpu, answer["peak_kb"] / 1024, answer["whole_bytes"], answer["delta_bytes"], answer))
    return rows


def row(name, rows, delta):
    cells = [name, f"{median(rows, 0):.2f} s", f"{median(rows, 1):.1f} MB", f"{median(rows, 2) / 1000:.1f} KB", delta]
    print("| " + " | ".join(cells) + " |")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "tree"
        tree(made)
        here = ours(options.program, options.rounds)
        there = ours(options.program, options.rounds, made)
        installed = shutil.which("fusioninventory-agent")
        theirs = [peer() for _ in range(options.rounds)] if installed else []
    print(f"{options.rounds} rounds each, medians; load {os.getloadavg()[0]:.1f}; {AIMS}\n")
    print("| a whole look | processor | memory at its peak | sent | one package's difference |")
    print("|---|---|---|---|---|")
    for name, rows in ((f"this machine: {here[0][4]['parts']['software']} programs", here), (f"a tree of {PACKAGES} packages", there)):
        row(name, rows, f"{median(rows, 3) / 1000:.2f} KB")
    if theirs:
        row("fusioninventory-agent, this machine", theirs, "the whole again")
    else:
        print("\nfusioninventory-agent is not installed here, so there is no row of it (Debian: fusioninventory-agent).")
    print(f"\nOf the tree: {json.dumps(there[0][4]['parts'])}, updates {there[0][4]['updates']}")


if __name__ == "__main__":
    main()
