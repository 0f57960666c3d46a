-- Machines that osquery runs on.
CREATE TABLE assets_osquery (
    id TEXT PRIMARY KEY,
    intake_id TEXT NOT NULL REFERENCES assets_intake (id),
    -- What the machine calls itself.
    device TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_osquery_device ON assets_osquery (intake_id, device);
CREATE UNIQUE INDEX assets_osquery_key ON assets_osquery (key_hash);
-- What it answered last to each query: the rest of an inventory stays while a part is told anew.
CREATE TABLE assets_osquery_table (
    machine_id TEXT NOT NULL REFERENCES assets_osquery (id),
    name TEXT NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (machine_id, name)
);
