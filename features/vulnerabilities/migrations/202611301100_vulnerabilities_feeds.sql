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
    licence TEXT NOT NULL,
    -- The last good state: when, how many records, what it says of its own age.
    good_at BIGINT,
    records BIGINT NOT NULL,
    dated_at BIGINT,
    etag TEXT NOT NULL,
    -- The last failure since then.
    failed_at BIGINT,
    failure TEXT NOT NULL,
    skipped BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX vulnerabilities_feed_name ON vulnerabilities_feed (name);
-- Imports under way and past.
CREATE TABLE vulnerabilities_import (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
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
    -- The last import that still said so.
    import TEXT NOT NULL
);
CREATE INDEX vulnerabilities_statement_package ON vulnerabilities_statement (ecosystem, package);
CREATE INDEX vulnerabilities_statement_feed ON vulnerabilities_statement (feed, import);
CREATE INDEX vulnerabilities_statement_weakness ON vulnerabilities_statement (weakness);
-- A vendor's updates and which they take the place of.
CREATE TABLE vulnerabilities_update (
    feed TEXT NOT NULL,
    kb TEXT NOT NULL,
    product TEXT NOT NULL,
    build TEXT NOT NULL,
    supersedes TEXT NOT NULL,
    fixes TEXT NOT NULL,
    url TEXT NOT NULL,
    import TEXT NOT NULL,
    PRIMARY KEY (feed, kb, product)
);
