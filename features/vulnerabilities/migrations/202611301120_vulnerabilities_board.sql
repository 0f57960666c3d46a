-- What may be found on machines, each once and under a number: a subject with a weakness, an update that waits, a release that has ended.
CREATE TABLE vulnerabilities_finding (
    number BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    -- A weakness's id; update:NAME where only the updater speaks; end:PRODUCT:CYCLE.
    weakness TEXT NOT NULL,
    part TEXT NOT NULL
);
CREATE UNIQUE INDEX vulnerabilities_finding_same ON vulnerabilities_finding (subject, weakness);
-- Packages of one release of which something was ever claimed. What a machine has of these is all that counts.
CREATE TABLE vulnerabilities_unit (
    number BIGINT PRIMARY KEY,
    package BIGINT NOT NULL,
    release TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX vulnerabilities_unit_same ON vulnerabilities_unit (package, release);
-- How each machine stands. Kept, so that a start does not read what is installed everywhere.
CREATE TABLE vulnerabilities_endpoint (
    asset_id TEXT PRIMARY KEY,
    release TEXT NOT NULL,
    -- The sighting that it was judged by, and when that had last been told.
    led_by BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- Security updates that wait (as findings of their own; absent where no updater tells), units and findings: numbers, packed by
    -- `finding::pack`.
    waiting TEXT,
    units TEXT NOT NULL,
    findings TEXT NOT NULL,
    judged_at BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_endpoint_judged ON vulnerabilities_endpoint (judged_at);
-- What appeared on a machine and what went, as packed numbers.
CREATE TABLE vulnerabilities_history (
    asset_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    appeared TEXT NOT NULL,
    gone TEXT NOT NULL,
    PRIMARY KEY (asset_id, at)
);
CREATE INDEX vulnerabilities_history_at ON vulnerabilities_history (at);
-- How a group's own machines stood at the end of a day, which is counted from 1970.
CREATE TABLE vulnerabilities_day (
    day BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    machines BIGINT NOT NULL,
    behind BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    overdue BIGINT NOT NULL,
    appeared BIGINT NOT NULL,
    fixed BIGINT NOT NULL,
    PRIMARY KEY (day, group_id)
);
