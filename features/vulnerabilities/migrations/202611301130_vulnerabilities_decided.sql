-- What an organisation decided to live with, where, why and until when.
CREATE TABLE vulnerabilities_exception (
    id TEXT PRIMARY KEY,
    weakness TEXT NOT NULL,
    -- Empty for all that have the weakness.
    subject TEXT NOT NULL,
    -- At most one of the two: a group with all below it, or one asset.
    group_id TEXT REFERENCES endpoints_group (id),
    asset_id TEXT,
    reason TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX vulnerabilities_exception_weakness ON vulnerabilities_exception (weakness);
-- How fast it is to be mended, what is an emergency, what is an alarm.
CREATE TABLE vulnerabilities_settings (one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL);
-- What runs on devices that nobody can look into: VPN gateways, firewalls.
CREATE TABLE vulnerabilities_appliance (
    id TEXT PRIMARY KEY,
    -- The asset that it is, where the ledger has it.
    asset_id TEXT,
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    name TEXT NOT NULL,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The number under which it is judged like a package of the system `appliance`.
    package BIGINT NOT NULL,
    -- hand, banner, snmp
    how TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_whom TEXT NOT NULL,
    edition BIGINT NOT NULL
);
CREATE INDEX vulnerabilities_appliance_package ON vulnerabilities_appliance (package);
CREATE INDEX vulnerabilities_appliance_asset ON vulnerabilities_appliance (asset_id);
-- Ends of life that a feed tells; they go before those that are built in.
CREATE TABLE vulnerabilities_end (
    product TEXT NOT NULL,
    cycle TEXT NOT NULL,
    -- A day, counted from 1970; absent where its end is not known.
    ends_on BIGINT,
    feed TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (product, cycle)
);
