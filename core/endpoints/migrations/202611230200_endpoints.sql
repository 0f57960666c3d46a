CREATE TABLE endpoints_group (
    id TEXT PRIMARY KEY,
    parent_id TEXT REFERENCES endpoints_group (id),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    id_path TEXT NOT NULL,
    kind TEXT NOT NULL,
    query TEXT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX endpoints_group_path ON endpoints_group (path);
CREATE TABLE endpoints_token (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    proof_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT,
    max_uses BIGINT,
    uses BIGINT NOT NULL,
    needs_approval BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE TABLE endpoints_endpoint (
    id TEXT PRIMARY KEY,
    public_key TEXT NOT NULL UNIQUE,
    standing TEXT NOT NULL,
    hostname TEXT NOT NULL,
    os TEXT NOT NULL,
    os_name TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    hardware_id TEXT NOT NULL,
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    token_id TEXT,
    primary_user_id TEXT,
    ip TEXT,
    enrolled_at BIGINT NOT NULL,
    last_seen BIGINT,
    boot_id TEXT,
    run_id TEXT,
    previous_run_id TEXT,
    epoch TEXT,
    clock_skew_ms BIGINT,
    features TEXT NOT NULL,
    clone_suspected BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX endpoints_endpoint_group ON endpoints_endpoint (group_id);
CREATE INDEX endpoints_endpoint_hostname ON endpoints_endpoint (hostname);
CREATE INDEX endpoints_endpoint_hardware ON endpoints_endpoint (hardware_id);
CREATE INDEX endpoints_endpoint_seen ON endpoints_endpoint (last_seen);
CREATE TABLE endpoints_state (
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    section TEXT NOT NULL,
    hash TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, section)
);
