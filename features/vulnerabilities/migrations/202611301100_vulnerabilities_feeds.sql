-- Where it is known from what is weak.
CREATE TABLE vulnerabilities_feed (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- One of the formats that yagura-advisories reads.
    format TEXT NOT NULL,
    -- Where it is fetched from; empty for one that is only imported from files.
    url TEXT NOT NULL,
    every_s BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    -- One that every server has from the beginning: it can be changed, not removed.
    built_in BIGINT NOT NULL,
    licence TEXT NOT NULL,
    -- Its publisher's key, as minisign writes it; empty where nothing is signed.
    public_key TEXT NOT NULL,
    -- The last good state: when, how many records, what it says of its own age.
    good_at BIGINT,
    records BIGINT NOT NULL,
    dated_at BIGINT,
    -- What its publisher called the state that was fetched last: ETag and Last-Modified.
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    -- Of one that is fetched in parts: until when all of its changes are known.
    known_until BIGINT,
    -- The last failure since then.
    failed_at BIGINT,
    failure TEXT NOT NULL,
    skipped BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    -- What it said is being taken away; then it goes itself.
    removed BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- Imports under way and past.
CREATE TABLE vulnerabilities_import (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    -- The file's name, or the address.
    name TEXT NOT NULL,
    -- running, done, cancelled, failed
    state TEXT NOT NULL,
    cancel_wanted BIGINT NOT NULL,
    read_records BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    faults TEXT NOT NULL,
    failure TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_import_started ON vulnerabilities_import (started_at);
-- Weaknesses by their name: a CVE, or an advisory that has none. What several feeds say is laid together.
CREATE TABLE vulnerabilities_weakness (
    id TEXT PRIMARY KEY,
    title_ja TEXT NOT NULL,
    title_en TEXT NOT NULL,
    summary_ja TEXT NOT NULL,
    summary_en TEXT NOT NULL,
    -- 0 unknown or none, 1 low, 2 medium, 3 high, 4 critical
    severity BIGINT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    vector TEXT NOT NULL,
    cwe TEXT NOT NULL,
    refs TEXT NOT NULL,
    published_at BIGINT,
    modified_at BIGINT,
    -- Rejected by whoever numbered it, and under which names it goes on.
    rejected BIGINT NOT NULL,
    replaced_by TEXT NOT NULL,
    -- Known to be exploited since, to be mended until, by extortionists.
    exploited_at BIGINT,
    due_at BIGINT,
    ransomware BIGINT NOT NULL,
    epss DOUBLE PRECISION,
    epss_percentile DOUBLE PRECISION,
    -- What each feed says, as JSON: feed -> its part.
    told TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_weakness_changed ON vulnerabilities_weakness (changed_at);
-- By which a feed's part of a weakness is known again.
CREATE TABLE vulnerabilities_told (
    number BIGINT PRIMARY KEY,
    feed TEXT NOT NULL,
    weakness TEXT NOT NULL,
    -- What of it: itself, that it is exploited, how likely that is.
    kind TEXT NOT NULL,
    hash BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_told_feed ON vulnerabilities_told (feed, number);
-- Who is affected, as one feed says it.
CREATE TABLE vulnerabilities_statement (
    number BIGINT PRIMARY KEY,
    feed TEXT NOT NULL,
    weakness TEXT NOT NULL,
    -- The advisory: DSA-5000-1, RHSA-2026:1, KB5000001.
    advisory TEXT NOT NULL,
    -- debian:12, ubuntu:22.04, rhel:9, pypi, npm, cargo, windows, vendor, cpe
    ecosystem TEXT NOT NULL,
    package TEXT NOT NULL,
    -- The rest, as JSON.
    body TEXT NOT NULL,
    hash BIGINT NOT NULL,
    -- The import that wrote it down: one that says the same again writes nothing.
    import TEXT NOT NULL
);
CREATE INDEX vulnerabilities_statement_package ON vulnerabilities_statement (ecosystem, package);
CREATE INDEX vulnerabilities_statement_feed ON vulnerabilities_statement (feed, number);
CREATE INDEX vulnerabilities_statement_weakness ON vulnerabilities_statement (weakness);
CREATE INDEX vulnerabilities_statement_advisory ON vulnerabilities_statement (advisory);
-- A vendor's updates and which they take the place of.
CREATE TABLE vulnerabilities_update (
    number BIGINT PRIMARY KEY,
    feed TEXT NOT NULL,
    kb TEXT NOT NULL,
    product TEXT NOT NULL,
    build TEXT NOT NULL,
    supersedes TEXT NOT NULL,
    fixes TEXT NOT NULL,
    url TEXT NOT NULL,
    hash BIGINT NOT NULL,
    import TEXT NOT NULL
);
CREATE INDEX vulnerabilities_update_feed ON vulnerabilities_update (feed, number);
-- Until when releases of products are looked after, as feeds say it.
CREATE TABLE vulnerabilities_support (
    number BIGINT PRIMARY KEY,
    feed TEXT NOT NULL,
    product TEXT NOT NULL,
    release TEXT NOT NULL,
    released_at BIGINT,
    active_until BIGINT,
    security_until BIGINT,
    extended_until BIGINT,
    ended BIGINT NOT NULL,
    latest TEXT NOT NULL,
    hash BIGINT NOT NULL,
    import TEXT NOT NULL
);
CREATE INDEX vulnerabilities_support_feed ON vulnerabilities_support (feed, number);
-- About which packages something new is said: they are judged again. Kept until they are, whatever happens to the server.
CREATE TABLE vulnerabilities_due (
    ecosystem TEXT NOT NULL,
    package TEXT NOT NULL,
    -- Grows each time, so that what came while it was judged is not taken for judged.
    turn BIGINT NOT NULL,
    PRIMARY KEY (ecosystem, package)
);
