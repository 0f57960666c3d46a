"""The file sensor under a burst, and how much it slows the burst down, beside auditd on the same acts in the same run.

Needs root. All files are made in a file system in memory of this run's own. auditd (Debian: auditd) is started with a
configuration of this run's own, and only where no other audit daemon runs; its rules and limits are put back at the end.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# As Debian's /etc/audit/rules.d/audit.rules has them; the kernel's own limit of 64 loses nearly everything.
BACKLOG, WAIT = 8192, 60000
CALLS = "open,openat,creat,rename,renameat,renameat2,unlink,unlinkat"


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def storm(program, mode, folder, rate, seconds):
    for left in folder.iterdir():
        left.unlink()
    return json.loads(run(program, mode, folder, rate, seconds))


def audit_status():
    """The kernel's audit settings, or why there are none."""
    if not shutil.which("auditctl") or not shutil.which("auditd"):
        return None, "auditd is not installed"
    answer = subprocess.run(["auditctl", "-s"], capture_output=True, text=True)
    if answer.returncode != 0:
        return None, (answer.stderr or answer.stdout).strip()
    status = dict(line.split(maxsplit=1) for line in answer.stdout.splitlines() if " " in line)
    if status.get("pid", "0") != "0":
        return None, f"an audit daemon runs already (process {status['pid']})"
    if "No rules" not in run("auditctl", "-l"):
        return None, "there are audit rules already"
    return status, None


@contextlib.contextmanager
def audited(home, folder, before):
    """auditd at work on the acts in `folder`; gives its process and its log."""
    conf = home / "audit"
    conf.mkdir(mode=0o700)
    log = conf / "audit.log"
    (conf / "plugins.d").mkdir()
    (conf / "auditd.conf").write_text(
        f"local_events = yes\nwrite_logs = yes\nlog_file = {log}\nlog_group = root\nlog_format = RAW\n"
        "flush = INCREMENTAL_ASYNC\nfreq = 50\nmax_log_file = 4096\nnum_logs = 2\nmax_log_file_action = IGNORE\n"
        "space_left = 75\nspace_left_action = IGNORE\nadmin_space_left = 50\nadmin_space_left_action = IGNORE\n"
        f"disk_full_action = IGNORE\ndisk_error_action = IGNORE\nplugin_dir = {conf / 'plugins.d'}\n"
    )
    os.chmod(conf / "auditd.conf", 0o640)
    daemon = subprocess.Popen(["auditd", "-n", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    rule = ["always,exit", "-F", "arch=b64", "-S", CALLS, "-F", f"dir={folder}", "-k", "yagura-bench"]
    try:
        until = time.monotonic() + 10
        while f"pid {daemon.pid}" not in run("auditctl", "-s"):
            if daemon.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"auditd does not start: {daemon.stderr.read().decode().strip()}")
            time.sleep(0.1)
        run("auditctl", "-b", BACKLOG, "--backlog_wait_time", WAIT)
        run("auditctl", "-a", *rule)
        yield daemon, log
    finally:
        subprocess.run(["auditctl", "-d", *rule], capture_output=True)
        daemon.terminate()
        daemon.wait(timeout=60)
        subprocess.run(["auditctl", "-e", before["enabled"], "-b", before["backlog_limit"],
                        "--backlog_wait_time", before["backlog_wait_time"]], capture_output=True)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rate_of(work):
    return work["acts"] / work["seconds"]


def burst(program, folder, rate, seconds):
    found = storm(program, "watch", folder, rate, seconds)
    work, seen = found["work"], found["seen"]
    kinds = {"file.create": "create", "file.rename": "rename", "file.delete": "delete"}
    told = sum(min(seen.get(kind, 0), work[name]) for kind, name in kinds.items())
    cpu = sum(found["cpu_s"].values())
    print(f"\nburst: {work['acts']:,} acts in {work['seconds']:.1f} s ({rate_of(work):,.0f}/s wanted {rate:,}/s)")
    print(f"  told of           {told:,} ({100 * told / work['acts']:.3f} %) in {found['rows']:,} rows")
    print(f"  gap records       {found['gaps']} with {found['lost']:,} lost"
          f"{', and ' + str(found['gaps_without_count']) + ' without a number' if found['gaps_without_count'] else ''}")
    print(f"  processor time    {cpu:.2f} s = {100 * cpu / work['seconds']:.1f} % of a core "
          + str({name: round(used, 2) for name, used in found["cpu_s"].items()}))
    print(f"  memory (PSS)      {found['pss_kb'] / 1024:.1f} MB at most, of the process that holds the sensors")
    if told < work["acts"] and not found["gaps"]:
        print("  MISSING acts, and no gap record says so")
    return found


def slow_down(program, home, folder, seconds, rounds):
    """The same acts as fast as they go: alone, with the sensor, with auditd; in turns, so that a busy machine hits all."""
    rates = {"alone": [], "with the sensor": [], "with auditd": []}
    before, why_not = audit_status()
    audit = {"cpu": 0.0, "acts": 0, "records": 0, "seconds": 0.0, "lost": 0}
    for number in range(rounds):
        rates["alone"].append(rate_of(storm(program, "work", folder, 0, seconds)))
        rates["with the sensor"].append(rate_of(storm(program, "watch", folder, 0, seconds)["work"]))
        if before is None:
            continue
        place = home / f"round-{number}"
        place.mkdir()
        try:
            with audited(place, folder, before) as (daemon, log):
                lost = int(dict(line.split(maxsplit=1) for line in run("auditctl", "-s").splitlines() if " " in line)["lost"])
                work = storm(program, "work", folder, 0, seconds)
                status = dict(line.split(maxsplit=1) for line in run("auditctl", "-s").splitlines() if " " in line)
                audit["lost"] += int(status["lost"]) - lost
                audit["cpu"] += cpu_seconds(daemon.pid)
                audit["seconds"] += work["seconds"]
                audit["acts"] += work["acts"]
                rates["with auditd"].append(rate_of(work))
            with log.open("rb") as lines:
                audit["records"] += sum(1 for line in lines if b"type=SYSCALL" in line)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            before, why_not = None, str(error)
        shutil.rmtree(place, ignore_errors=True)
    print(f"\nas fast as it goes, {rounds} x {seconds} s each in turns, medians")
    alone = statistics.median(rates["alone"])
    for name, found in rates.items():
        if found:
            rate = statistics.median(found)
            print(f"  {name:17} {rate:9,.0f} acts/s  {1e6 / rate:6.1f} us an act  {100 * (alone / rate - 1):+6.0f} % time")
    if audit["acts"]:
        print(f"  auditd wrote {audit['records']:,} records about {audit['acts']:,} acts (a call can have two), the kernel dropped "
              f"{audit['lost']:,}, {100 * audit['cpu'] / audit['seconds']:.0f} % of a core for the daemon alone")
    if why_not:
        print(f"  SKIPPED: auditd: {why_not}")


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--program", required=True, type=Path)
    words.add_argument("--seconds", type=int, default=60, help="how long the burst lasts")
    words.add_argument("--rate", type=int, default=20000, help="acts a second in the burst")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--round-seconds", type=int, default=10)
    given = words.parse_args()
    if os.geteuid() != 0:
        sys.exit("watching whole file systems needs root")
    home = Path(tempfile.mkdtemp(prefix="yagura-bench-"))
    folder = home / "files"
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=4g,nr_inodes=2m", "tmpfs", folder)
    try:
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Linux {os.uname().release}")
        burst(given.program, folder, given.rate, given.seconds)
        slow_down(given.program, home, folder, given.round_seconds, given.rounds)
    finally:
        run("umount", folder)
        shutil.rmtree(home, ignore_errors=True)


main()
