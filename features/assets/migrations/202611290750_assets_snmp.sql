-- With what devices are asked.
CREATE TABLE assets_snmp_credential (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- v2c, v3
    version TEXT NOT NULL,
    -- Of v3: the user; none, sha1, sha256, sha512; none, aes128, aes256.
    username TEXT NOT NULL,
    auth TEXT NOT NULL,
    privacy TEXT NOT NULL,
    -- The community, or the two passwords. They go in and never come out.
    community TEXT NOT NULL,
    auth_password TEXT NOT NULL,
    privacy_password TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE UNIQUE INDEX assets_snmp_credential_name ON assets_snmp_credential (name);
-- Devices without an agent, which the server asks.
CREATE TABLE assets_device (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    credential_id TEXT NOT NULL REFERENCES assets_snmp_credential (id),
    interval_s BIGINT NOT NULL,
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    -- waiting, reachable, unreachable, refused, unreadable, and since when.
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    -- How many rounds in a row it did not answer.
    missed BIGINT NOT NULL,
    why TEXT NOT NULL,
    detail TEXT NOT NULL,
    asked_at BIGINT,
    -- When it last answered what could be read.
    answered_at BIGINT,
    next_at BIGINT NOT NULL,
    -- How much of its toner is left where least is, in percent; 101 where it does not say, -1 where it only says that it is low.
    lowest BIGINT NOT NULL,
    levels TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_device_place ON assets_device (host, port);
CREATE INDEX assets_device_next ON assets_device (next_at);
CREATE INDEX assets_device_credential ON assets_device (credential_id);
