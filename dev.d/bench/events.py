"""./dev bench events: the same rows and the same questions for our embedded store, ClickHouse's engine (chdb), DuckDB and SQLite.

`yagura-sim history` makes the rows, in our store and as JSON lines. Each engine loads the lines the way that suits it and is
asked each question several times; the table gives medians, warm. The machine is shared, so it quotes wall and processor time.
"""

import argparse
import json
import os
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7
# Long enough for what arrives to be written to segments several times.
GROWN_ROUNDS = 200
ARRIVING = 2000
TEXTS = ["command_line", "image", "subject", "target", "parent_image", "remote_host", "user", "class", "rule"]
# What each engine keeps of a row, as typed as it can: all that our own store keeps, but for what is the same in every row.
COLUMNS = {
    "id": "uuid", "endpoint": "text", "epoch": "uuid", "seq": "number", "received_at": "time", "occurred_at": "time", "kind": "text",
    "level": "text", "boot_id": "uuid", "mono_ns": "number", "logon_session": "text", "process_guid": "uuid", "pid": "number",
    "parent_guid": "uuid", "image": "text", "command_line": "text", "parent_image": "text", "subject": "text", "target": "text",
    "remote_ip": "text", "remote_port": "number", "remote_host": "text", "device_serial": "text", "hash_sha256": "text", "signer": "text",
    "bytes": "number", "count": "number", "rule": "text", "class": "text",
}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(work):
    """What `work` gave, with its processor and wall seconds."""
    before, began = cpu(), time.monotonic()
    result = work()
    return result, cpu() - before, time.monotonic() - began


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def size_of(path: str) -> int:
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def literal(value: str) -> str:
    """A string literal of standard SQL."""
    return "'" + value.replace("'", "''") + "'"


def clickhouse_literal(value: str) -> str:
    """ClickHouse takes a backslash in a literal for an escape, and account names have one."""
    return literal(value.replace("\\", "\\\\"))


class Questions:
    """The questions, as conditions over the common columns; `%` in `contains` stands for nothing special."""

    def __init__(self, asked):
        self.asked = asked

    def __iter__(self):
        newest = self.asked
        yield "newest page", {}
        yield "newest page of one endpoint", {"endpoint": newest["endpoint"]}
        yield "newest page of one user", {"user": newest["user"]}
        yield "newest page of one kind", {"kind": newest["kind"]}
        yield "newest page of one level", {"level": newest["level"]}
        yield "rare word, Japanese", {"contains": newest["rare_ja"]}
        yield "rare word, ASCII", {"contains": newest["rare_ascii"]}
        yield "word that is nowhere", {"contains": newest["nowhere"]}
        yield "common word, first page", {"contains": newest["common"]}
        yield "one endpoint, one hour", {"endpoint": newest["endpoint"], "hour": newest["hour"]}
        yield "exact hash", {"hash_sha256": newest["hash_sha256"]}
        yield "exact address", {"remote_ip": newest["remote_ip"]}
        yield "exact serial number", {"device_serial": newest["device_serial"]}
        yield "calendar of a month", {"calendar": True}


def sql(question, lower, moment, day, literal=literal):
    """The question for an engine that speaks SQL. `lower` folds, `moment` reads a time, `day` gives a time's day."""
    if "calendar" in question:
        return f"SELECT {day('occurred_at')} AS day, level, count(*) FROM events GROUP BY day, level"
    conditions = [f"{name} = {literal(question[name])}" for name in
                  ("endpoint", "user", "kind", "level", "hash_sha256", "remote_ip", "device_serial") if name in question]
    if "contains" in question:
        conditions.append(f"{lower} LIKE {literal('%' + question['contains'] + '%')}")
    if "hour" in question:
        conditions += [f"occurred_at >= {moment(question['hour'][0])}", f"occurred_at < {moment(question['hour'][1])}"]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    limit = " LIMIT 10000" if "hour" in question else " LIMIT 100"
    return f"SELECT * FROM events{where} ORDER BY occurred_at DESC{limit}"


def ask_all(questions, run):
    answers = {}
    for name, question in questions:
        rounds = []
        for _ in range(ROUNDS):
            rows, used, took = measured(lambda question=question: run(question))
            rounds.append((used * 1000, took * 1000, rows))
        answers[name] = {
            "cpu_ms": statistics.median(used for used, _, _ in rounds),
            "wall_ms": statistics.median(took for _, took, _ in rounds),
            "rows": rounds[0][2],
        }
        say(f"    {name}: {answers[name]['wall_ms']:.1f} ms ({answers[name]['rows']} rows)")
    return answers


ALL_TEXT_CH = "lower(concat_ws(' ', command_line, image, subject, target, parent_image, remote_host, user, class, rule, body))"


def clickhouse(source, folder, questions):
    import chdb.session

    say(f"  ClickHouse's engine (chdb {chdb.__version__})")
    session = chdb.session.Session(os.path.join(folder, "clickhouse"))
    types = {"text": "String", "time": "DateTime64(6)", "uuid": "UUID", "number": "UInt64"}
    few = ("kind", "level", "endpoint")
    columns = ", ".join(f"`{name}` {'LowCardinality(String)' if name in few else types[kind]}" for name, kind in COLUMNS.items())
    session.query("SET allow_experimental_full_text_index = 1")
    session.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    session.query("USE bench")
    session.query(
        f"CREATE TABLE events ({columns}, user LowCardinality(String), body String, "
        f"INDEX all_text {ALL_TEXT_CH} TYPE text(tokenizer = ngrams(2)), "
        "INDEX hash hash_sha256 TYPE bloom_filter GRANULARITY 1, INDEX ip remote_ip TYPE bloom_filter GRANULARITY 1, "
        "INDEX serial device_serial TYPE bloom_filter GRANULARITY 1) ENGINE = MergeTree PARTITION BY toDate(occurred_at) "
        "ORDER BY (toStartOfHour(occurred_at), endpoint, occurred_at)"
    )
    read = {
        "text": "JSONExtractString(line, '{}')", "time": "parseDateTime64BestEffort(JSONExtractString(line, '{}'), 6)",
        "uuid": "toUUIDOrZero(JSONExtractString(line, '{}'))", "number": "JSONExtractUInt(line, '{}')",
    }
    fields = ", ".join(f"{read[kind].format(name)} AS `{name}`" for name, kind in COLUMNS.items())
    insert = (
        f"INSERT INTO events ({', '.join(f'`{name}`' for name in COLUMNS)}, user, body) SELECT {fields}, "
        "JSONExtractString(line, 'account', 'name') AS user, JSONExtractRaw(line, 'body') AS body "
        f"FROM file('{source}', LineAsString, 'line String')"
    )
    _, load_cpu, load_wall = measured(lambda: session.query(insert))
    _, merge_cpu, _ = measured(lambda: session.query("OPTIMIZE TABLE events FINAL"))
    rows = int(session.query("SELECT count() FROM events", "TabSeparated").bytes().decode().strip())
    sizes = session.query(
        "SELECT sum(bytes_on_disk), sum(secondary_indices_compressed_bytes) FROM system.parts WHERE active AND table = 'events'", "TabSeparated"
    ).bytes().decode().split()

    def run(question):
        text = sql(question, ALL_TEXT_CH, lambda at: f"parseDateTime64BestEffort('{at}', 6)", lambda name: f"toDate({name}, 'Asia/Tokyo')", clickhouse_literal)
        return len(session.query(text, "JSONEachRow").bytes().splitlines())

    answers = ask_all(questions, run)
    session.close()
    return {"engine": f"ClickHouse's engine (chdb {chdb.__version__})", "rows": rows, "load_cpu_s": load_cpu, "load_wall_s": load_wall,
            "merge_cpu_s": merge_cpu, "bytes": int(sizes[0]), "index_bytes": int(sizes[1]), "answers": answers}


def duck(source, folder, questions):
    import duckdb

    say(f"  DuckDB {duckdb.__version__}")
    path = os.path.join(folder, "duck.db")
    base = duckdb.connect(path)
    base.execute("SET memory_limit = '6GB'")
    base.execute(f"SET temp_directory = '{folder}'")
    base.execute("SET TimeZone = 'UTC'")
    fields = ", ".join(f'"{name}"::TIMESTAMP AS "{name}"' if name.endswith("_at") else f'"{name}"' for name in COLUMNS)
    kinds = {"text": "VARCHAR", "time": "VARCHAR", "uuid": "UUID", "number": "UBIGINT"}
    types = {name: kinds[kind] for name, kind in COLUMNS.items()} | {"account": "STRUCT(name VARCHAR, id VARCHAR)", "body": "JSON"}
    columns = ", ".join(f"\"{name}\": '{kind}'" for name, kind in types.items())
    load = (
        f"CREATE TABLE events AS SELECT {fields}, account.name AS \"user\", body::VARCHAR AS body "
        f"FROM read_ndjson('{source}', columns = {{{columns}}}) ORDER BY date_trunc('hour', occurred_at::TIMESTAMP), endpoint, occurred_at::TIMESTAMP"
    )
    _, load_cpu, load_wall = measured(lambda: (base.execute(load), base.execute("CHECKPOINT")))
    rows = base.execute("SELECT count(*) FROM events").fetchall()[0][0]
    lower = "lower(concat_ws(' ', " + ", ".join(f'"{name}"' for name in TEXTS) + ", body))"

    def run(question):
        text = sql(question, lower, lambda at: f"TIMESTAMP '{at.rstrip('Z')}'", lambda name: f"CAST({name} + INTERVAL 9 HOUR AS DATE)")
        return len(base.execute(text).fetchall())

    answers = ask_all(questions, run)
    base.close()
    return {"engine": f"DuckDB {duckdb.__version__}", "rows": rows, "load_cpu_s": load_cpu, "load_wall_s": load_wall,
            "bytes": size_of(path), "answers": answers}


def sqlite(source, folder, questions, most):
    say(f"  SQLite {sqlite3.sqlite_version} with FTS5 trigrams, {most} rows")
    path = os.path.join(folder, "events.sqlite")
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode = OFF")
    base.execute("PRAGMA synchronous = OFF")
    names = [*COLUMNS, "user", "body"]
    base.execute(f"CREATE TABLE events ({', '.join(f'[{name}] TEXT' for name in names)})")
    base.execute(f"CREATE VIRTUAL TABLE found USING fts5(all_text, content='', tokenize='trigram', detail='full')")

    def load():
        with open(source, encoding="utf-8") as lines:
            for number, line in zip(range(1, most + 1), lines):
                row = json.loads(line)
                values = [row.get(name) for name in COLUMNS]
                user = row.get("account", {}).get("name")
                body = json.dumps(row.get("body", {}), ensure_ascii=False)
                base.execute(f"INSERT INTO events VALUES ({', '.join('?' * len(names))})", [*values, user, body])
                texts = {"user": user} | row
                all_text = " ".join(str(texts[name]) for name in TEXTS if texts.get(name)) + " " + body
                base.execute("INSERT INTO found (rowid, all_text) VALUES (?, ?)", [number, all_text.lower()])
        for name in ("occurred_at", "endpoint, occurred_at", "user, occurred_at", "kind, occurred_at", "level, occurred_at",
                     "hash_sha256", "remote_ip", "device_serial"):
            index = name.replace(", ", "_")
            base.execute(f"CREATE INDEX {index} ON events ({name.replace('user', '[user]')})")
        base.commit()
        base.execute("ANALYZE")

    _, load_cpu, load_wall = measured(load)
    rows = base.execute("SELECT count(*) FROM events").fetchone()[0]

    def run(question):
        if "contains" in question and len(question["contains"]) >= 3:
            text = ("SELECT * FROM events WHERE rowid IN (SELECT rowid FROM found WHERE all_text MATCH ?) ORDER BY occurred_at DESC LIMIT 100")
            return len(base.execute(text, [f'"{question["contains"]}"']).fetchall())
        if "contains" in question:
            # Two characters have no trigram.
            text = "SELECT * FROM events WHERE lower(subject || ' ' || coalesce(target, '') || body) LIKE ? ORDER BY occurred_at DESC LIMIT 100"
            return len(base.execute(text, [f"%{question['contains']}%"]).fetchall())
        text = sql(question, "", literal, lambda name: f"substr({name}, 1, 10)").replace("user =", "[user] =")
        return len(base.execute(text).fetchall())

    answers = ask_all(questions, run)
    base.close()
    return {"engine": f"SQLite {sqlite3.sqlite_version}, FTS5", "rows": rows, "load_cpu_s": load_cpu, "load_wall_s": load_wall,
            "bytes": size_of(path), "answers": answers}


def values(source):
    """What to ask for: whatever goes with the last of the rows that the simulator hid, and words of which it is known how rare they are."""
    found = None
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            if "鳳凰計画" in line:
                found = json.loads(line)
    if found is None:
        sys.exit(f"{source} has none of the rows that the simulator hides: make more days, or more endpoints")
    hour = found["occurred_at"][:13]
    return {
        "endpoint": found["endpoint"], "user": found["account"]["name"], "kind": "print.job", "level": "alarm",
        "rare_ja": "鳳凰計画", "rare_ascii": "phoenix-7731", "nowhere": "存在しない語句", "common": "見積書",
        "hour": [f"{hour}:00:00Z", f"{hour}:59:59.999999Z"],
        "hash_sha256": found["hash_sha256"], "remote_ip": found["remote_ip"], "device_serial": found["device_serial"],
    }


def compressed(source):
    """The bytes of the same rows as JSON lines under zstd level 3."""
    import zstandard

    total = 0
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    with open(source, "rb") as lines:
        while part := lines.read(1 << 22):
            total += len(compressor.compress(part))
    return total + len(compressor.flush())


def history(binary, endpoints, days, data, ndjson=None):
    """Makes a history; what it took, in processor seconds, and what it came to."""
    command = [os.path.join(binary, "yagura-sim"), "history", "--endpoints", str(endpoints), "--days", str(days), "--data", data]
    if ndjson:
        command += ["--ndjson", ndjson]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode:
        sys.exit(f"the history was not made: {made.stderr[-2000:]}")
    spent = re.search(r"CPU seconds: ([0-9.]+) to make the rows, ([0-9.]+) to store them, ([0-9.]+) with", made.stderr)
    rows, size, seconds = re.search(r"rows=(\d+) bytes=(\d+) seconds=([0-9.]+)", made.stdout).groups()
    return {"rows": int(rows), "bytes": int(size), "load_wall_s": float(seconds), "load_cpu_s": float(spent[2]), "all_cpu_s": float(spent[3])}


def ours(binary, data, asked, rounds=ROUNDS, arriving=0):
    """The embedded store's answers, perhaps while so many events a second arrive. Its peak memory is that of the process that asks."""
    compare = os.path.join(binary, "examples", "compare")
    command = [compare, os.path.join(data, "events"), asked, str(rounds), str(arriving)]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = asking.stdout.read()
    _, status, used = os.wait4(asking.pid, 0)
    if status:
        sys.exit("the embedded store was not asked")
    return json.loads(output) | {"peak_mb": used.ru_maxrss / 1024}


def table(title, engines):
    print(f"\n{title}\n")
    print("| | " + " | ".join(engine["engine"] for engine in engines) + " |")
    print("|---|" + "---|" * len(engines))
    line = lambda what, of: print(f"| {what} | " + " | ".join(of(engine) for engine in engines) + " |")
    line("rows", lambda engine: f"{engine['rows']:,}")
    line("rows per CPU-second, stored", lambda engine: f"{engine['rows'] / engine['load_cpu_s']:,.0f}" if "load_cpu_s" in engine else "-")
    line("rows per CPU-second, with order and index",
         lambda engine: f"{engine['rows'] / engine.get('all_cpu_s', engine.get('load_cpu_s', 0) + engine.get('merge_cpu_s', 0)):,.0f}")
    line("bytes per row on the disk", lambda engine: f"{engine['bytes'] / engine['rows']:.1f}")
    line("peak memory, MB", lambda engine: f"{engine['peak_mb']:.0f}" if "peak_mb" in engine else "-")
    for name in engines[0]["answers"]:
        line(f"{name}, ms (CPU ms)", lambda engine, name=name: f"{engine['answers'][name]['wall_ms']:.1f} ({engine['answers'][name]['cpu_ms']:.1f})")
    line("sum of the answers, ms", lambda engine: f"{sum(answer['wall_ms'] for answer in engine['answers'].values()):.0f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of the release programs")
    parser.add_argument("--endpoints", type=int, default=200)
    parser.add_argument("--days", type=int, default=5, help="days that every engine gets")
    parser.add_argument("--growth", default="1,7,30", help="days that only the embedded store gets, one after the other")
    parser.add_argument("--sqlite-rows", type=int, default=500_000)
    parser.add_argument("--engines", default="clickhouse,duck,sqlite")
    parser.add_argument("--keep", help="folder, not there yet, that the last grown store is left in; a server's data folder may be begun with it")
    arguments = parser.parse_args()
    if arguments.keep and os.path.exists(arguments.keep):
        sys.exit(f"--keep: {arguments.keep} is there already")
    folder = tempfile.mkdtemp(prefix="yagura-bench-")
    try:
        say(f"{arguments.days} days of {arguments.endpoints} endpoints, for every engine")
        source, data, asked = (os.path.join(folder, name) for name in ("rows.ndjson", "few", "asked.json"))
        few = history(arguments.bin, arguments.endpoints, arguments.days, data)
        # Once more for the lines: writing them would be in the processor seconds of the store.
        history(arguments.bin, arguments.endpoints, arguments.days, os.path.join(folder, "again"), source)
        shutil.rmtree(os.path.join(folder, "again"))
        with open(asked, "w", encoding="utf-8") as file:
            json.dump(values(source), file, ensure_ascii=False)
        with open(asked, encoding="utf-8") as file:
            questions = Questions(json.load(file))
        say("  Yagura's embedded store")
        engines = [few | ours(arguments.bin, data, asked) | {"bytes": few["bytes"]}]
        for name in filter(None, arguments.engines.split(",")):
            match name:
                case "clickhouse":
                    engines.append(clickhouse(source, folder, questions))
                case "duck":
                    engines.append(duck(source, folder, questions))
                case "sqlite":
                    engines.append(sqlite(source, folder, questions, arguments.sqlite_rows))
                case _:
                    sys.exit(f"there is no engine {name}")
        lines = compressed(source)
        table(f"The same rows as JSON lines under zstd 3: {lines / few['rows']:.1f} bytes a row.", engines)
        os.remove(source)
        shutil.rmtree(data)
        grown = []
        for days in map(int, filter(None, arguments.growth.split(","))):
            say(f"{days} days of {arguments.endpoints} endpoints, while {ARRIVING:,} events a second arrive")
            many = history(arguments.bin, arguments.endpoints, days, data)
            answers = ours(arguments.bin, data, asked, GROWN_ROUNDS, ARRIVING)
            grown.append(many | answers | {"bytes": many["bytes"], "rows": many["rows"], "engine": f"{days} days"})
            if not arguments.keep or len(grown) < len(arguments.growth.split(",")):
                shutil.rmtree(data)
        if grown and arguments.keep:
            shutil.move(data, arguments.keep)
        if grown:
            table(f"Alone, as it grows, while {ARRIVING:,} events a second arrive (their storing is in the CPU times):", grown)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
