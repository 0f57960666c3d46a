-- What a package of one release suffers from. Judged once for all machines that have it.
CREATE TABLE vulnerabilities_claim (
    number BIGINT PRIMARY KEY,
    package BIGINT NOT NULL,
    -- debian:12; empty where the release makes no difference.
    release TEXT NOT NULL,
    weakness TEXT NOT NULL,
    -- What is weak, as its maker calls it: the source package or the product. Findings of a machine with the same subject and weakness are one.
    subject TEXT NOT NULL,
    -- os, patches, third_party, remote
    part TEXT NOT NULL,
    -- open, no_fix, will_not_fix
    standing TEXT NOT NULL,
    installed TEXT NOT NULL,
    -- Empty where there is none.
    fixed TEXT NOT NULL,
    advisory TEXT NOT NULL,
    -- Which feed says so, and how sure it is: updater, vendor, database, guess.
    feed TEXT NOT NULL,
    evidence TEXT NOT NULL,
    -- Since when it is claimed, and until when it was: a version that a feed corrects, a weakness that is rejected.
    appeared_at BIGINT NOT NULL,
    gone_at BIGINT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_claim_package ON vulnerabilities_claim (package, release);
CREATE INDEX vulnerabilities_claim_weakness ON vulnerabilities_claim (weakness);
CREATE INDEX vulnerabilities_claim_changed ON vulnerabilities_claim (changed_at);
-- Which packages were judged for which release, by which statements: what is new is judged next.
CREATE TABLE vulnerabilities_judged (
    package BIGINT NOT NULL,
    release TEXT NOT NULL,
    -- By which edition of the rules; 0: to be judged; -1: judged before its product was known.
    edition BIGINT NOT NULL,
    -- The source package that it was judged by.
    built_name TEXT NOT NULL,
    PRIMARY KEY (package, release)
);
CREATE INDEX vulnerabilities_judged_edition ON vulnerabilities_judged (edition);
-- Under which names of which ecosystems statements about a package are to be looked for.
CREATE TABLE vulnerabilities_name (
    package BIGINT NOT NULL,
    release TEXT NOT NULL,
    ecosystem TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (package, release, ecosystem, name)
);
CREATE INDEX vulnerabilities_name_name ON vulnerabilities_name (ecosystem, name);
-- Which release an operating system is, by what the ledger says of it.
CREATE TABLE vulnerabilities_os (
    os_name TEXT NOT NULL,
    os_version TEXT NOT NULL,
    release TEXT NOT NULL,
    edition BIGINT NOT NULL,
    PRIMARY KEY (os_name, os_version)
);
-- Until when the ledger's news were judged.
CREATE TABLE vulnerabilities_state (one BIGINT PRIMARY KEY, looked_at BIGINT NOT NULL);
INSERT INTO vulnerabilities_state (one, looked_at) VALUES (1, 0);
