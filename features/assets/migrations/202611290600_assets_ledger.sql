-- The ledger: one row for each thing the organisation has, whoever told of it.
CREATE TABLE assets_asset (
    id TEXT PRIMARY KEY,
    -- Ours, where our agent runs on it.
    endpoint_id TEXT REFERENCES endpoints_endpoint (id),
    -- Of what has no agent of ours; an endpoint's group is the endpoint's own.
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    os_name TEXT NOT NULL,
    os_version TEXT NOT NULL,
    cpu TEXT NOT NULL,
    memory_bytes BIGINT NOT NULL,
    disk_bytes BIGINT NOT NULL,
    -- How full its fullest volume is, in percent.
    fullest BIGINT NOT NULL,
    ip TEXT NOT NULL,
    mac TEXT NOT NULL,
    -- What its sources are called, each between commas.
    sources TEXT NOT NULL,
    -- What people wrote down.
    inventory_number TEXT NOT NULL,
    person TEXT NOT NULL,
    place TEXT NOT NULL,
    standing TEXT NOT NULL,
    bought_at BIGINT,
    price TEXT NOT NULL,
    lease_until BIGINT,
    warranty_until BIGINT,
    note TEXT NOT NULL,
    custom TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_asset_endpoint ON assets_asset (endpoint_id);
CREATE INDEX assets_asset_inventory_number ON assets_asset (inventory_number);
CREATE INDEX assets_asset_name ON assets_asset (name, id);
CREATE INDEX assets_asset_first ON assets_asset (first_at);
-- What one source says of one machine.
CREATE TABLE assets_sighting (
    number BIGINT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets_asset (id),
    source TEXT NOT NULL,
    source_key TEXT NOT NULL,
    -- By which it was taken for this asset.
    why TEXT NOT NULL,
    -- Whether it is the one that the ledger shows.
    leads BIGINT NOT NULL,
    -- The inventory without its software.
    facts TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_sighting_key ON assets_sighting (source, source_key);
CREATE INDEX assets_sighting_asset ON assets_sighting (asset_id);
CREATE TABLE assets_mark (
    sighting BIGINT NOT NULL REFERENCES assets_sighting (number),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sighting, kind, value)
);
CREATE INDEX assets_mark_value ON assets_mark (value, kind);
-- What might be one machine, and is not taken for it.
CREATE TABLE assets_doubt (
    sighting BIGINT NOT NULL REFERENCES assets_sighting (number),
    asset_id TEXT NOT NULL REFERENCES assets_asset (id),
    doubt TEXT NOT NULL,
    PRIMARY KEY (sighting, asset_id)
);
-- Every package that was ever seen, once.
CREATE TABLE assets_package (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    architecture TEXT NOT NULL,
    publisher TEXT NOT NULL,
    -- As it is searched for.
    folded TEXT NOT NULL,
    first_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_package_same ON assets_package (name, version, source, architecture, publisher);
CREATE INDEX assets_package_folded ON assets_package (folded, version, number);
CREATE TABLE assets_installed (
    package BIGINT NOT NULL REFERENCES assets_package (number),
    sighting BIGINT NOT NULL REFERENCES assets_sighting (number),
    PRIMARY KEY (package, sighting)
);
CREATE INDEX assets_installed_sighting ON assets_installed (sighting, package);
CREATE TABLE assets_change (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets_asset (id),
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    name TEXT NOT NULL,
    before_value TEXT,
    after_value TEXT
);
CREATE INDEX assets_change_asset ON assets_change (asset_id, at);
CREATE INDEX assets_change_name ON assets_change (name, part);
CREATE INDEX assets_change_at ON assets_change (at, id);
-- Which alarms are raised about assets.
CREATE TABLE assets_watch (one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL);
