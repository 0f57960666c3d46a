-- What packages are, put together: one row for each product that was ever installed anywhere.
CREATE TABLE licences_product (
    -- The first 63 bits of the SHA-256 of vendor and name.
    number BIGINT PRIMARY KEY,
    vendor TEXT NOT NULL,
    name TEXT NOT NULL,
    -- As it is searched for.
    folded TEXT NOT NULL,
    -- What the rules, the organisation's dictionary and a person say it is; empty where they say nothing.
    rules_class TEXT NOT NULL,
    dictionary_class TEXT NOT NULL,
    person_class TEXT NOT NULL,
    -- The strongest of these.
    class TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT,
    -- On so many machines in use, in so many versions.
    machines BIGINT NOT NULL,
    packages BIGINT NOT NULL,
    -- It waits for a class when it is on more machines than this.
    aside BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    -- How often something about it changed since.
    stale BIGINT NOT NULL
);
CREATE INDEX licences_product_folded ON licences_product (folded, number);
CREATE INDEX licences_product_class ON licences_product (class, machines);
CREATE INDEX licences_product_machines ON licences_product (machines, number);
CREATE INDEX licences_product_stale ON licences_product (stale, counted_at);
-- Which product a package is.
CREATE TABLE licences_package (
    package BIGINT PRIMARY KEY,
    product BIGINT NOT NULL REFERENCES licences_product (number),
    edition TEXT NOT NULL,
    version TEXT NOT NULL,
    -- Which edition of the rules said so.
    rules BIGINT NOT NULL
);
CREATE INDEX licences_package_product ON licences_package (product, package);
CREATE INDEX licences_package_rules ON licences_package (rules);
-- The machines as they were counted last: who differs from the ledger of assets is counted again.
CREATE TABLE licences_machine (
    asset_id TEXT PRIMARY KEY,
    sighting BIGINT NOT NULL,
    in_use BIGINT NOT NULL
);
-- How far the changes of assets were read (ms), and which dictionary the products were last compared with.
CREATE TABLE licences_state (
    one BIGINT PRIMARY KEY,
    changes_ms BIGINT NOT NULL,
    dictionary BIGINT NOT NULL,
    applied BIGINT NOT NULL
);
INSERT INTO licences_state (one, changes_ms, dictionary, applied) VALUES (1, 0, 0, 0);
-- The organisation's own dictionary.
CREATE TABLE licences_entry (
    entry_key TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    vendor TEXT NOT NULL,
    class TEXT NOT NULL,
    note TEXT NOT NULL,
    programs TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- What was bought.
CREATE TABLE licences_licence (
    id TEXT PRIMARY KEY,
    product BIGINT NOT NULL REFERENCES licences_product (number),
    -- Which of it; empty for any.
    edition TEXT NOT NULL,
    version_from TEXT NOT NULL,
    version_to TEXT NOT NULL,
    -- device, user, site
    counted_by TEXT NOT NULL,
    amount BIGINT NOT NULL,
    -- Key or number of the contract.
    contract TEXT NOT NULL,
    seller TEXT NOT NULL,
    price TEXT NOT NULL,
    document TEXT NOT NULL,
    -- What it was upgraded from, or may be downgraded to.
    upgrade TEXT NOT NULL,
    note TEXT NOT NULL,
    from_at BIGINT,
    until_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- Of all purchases like this one: how many were bought, are used, are used by nobody, and of how many nobody can say.
    bought BIGINT NOT NULL,
    used BIGINT NOT NULL,
    unused BIGINT NOT NULL,
    unknown BIGINT NOT NULL
);
CREATE INDEX licences_licence_product ON licences_licence (product);
-- Machines with a product that was bought, or that nobody may have, and since when at the earliest.
CREATE TABLE licences_have (
    product BIGINT NOT NULL REFERENCES licences_product (number),
    asset_id TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    PRIMARY KEY (product, asset_id)
);
-- When a product was used last at an endpoint, and on how many days.
CREATE TABLE licences_use (
    endpoint_id TEXT NOT NULL,
    product BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    days BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, product)
);
CREATE INDEX licences_use_product ON licences_use (product);
-- Since when, and until when, an endpoint has told of programs at all.
CREATE TABLE licences_heard (
    endpoint_id TEXT PRIMARY KEY,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE TABLE licences_feed (position BIGINT NOT NULL);
INSERT INTO licences_feed (position) VALUES (-1);
-- Which alarms are raised.
CREATE TABLE licences_watch (one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL);
