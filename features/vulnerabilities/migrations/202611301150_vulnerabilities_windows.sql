-- Nobody ever wrote it: what feeds say of ends of life is in vulnerabilities_support.
DROP TABLE vulnerabilities_end;
-- Cycles of programs and whether they have ended, as packages were judged by: what differs is judged again.
CREATE TABLE vulnerabilities_cycle (
    product TEXT NOT NULL,
    cycle TEXT NOT NULL,
    ended BIGINT NOT NULL,
    PRIMARY KEY (product, cycle)
);
-- Windows itself, each build once (with its updates, where these say more than the build): judged like a package of the release `windows`.
CREATE TABLE vulnerabilities_system (
    package BIGINT PRIMARY KEY,
    -- As Microsoft names it: Windows 11 Version 23H2 for x64-based Systems.
    product TEXT NOT NULL,
    -- 10.0.22631.3007; without its last part where nobody tells it.
    version TEXT NOT NULL,
    -- Updates that are installed, as JSON: ["KB5034123"]
    updates TEXT NOT NULL
);
-- Which of these a machine runs.
CREATE TABLE vulnerabilities_runs (asset_id TEXT PRIMARY KEY, package BIGINT NOT NULL);
CREATE INDEX vulnerabilities_runs_package ON vulnerabilities_runs (package);
-- Which kernel a machine runs: packages of others that are installed beside it do not count.
ALTER TABLE vulnerabilities_endpoint ADD COLUMN kernel TEXT NOT NULL DEFAULT '';
