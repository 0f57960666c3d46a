CREATE TABLE policy_version (
    id TEXT PRIMARY KEY,
    feature TEXT NOT NULL,
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    version BIGINT NOT NULL,
    inherit TEXT NOT NULL,
    value TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    removed BIGINT NOT NULL,
    rings TEXT NOT NULL,
    ring BIGINT NOT NULL,
    ring_since BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    UNIQUE (feature, group_id, version)
);
CREATE TABLE policy_grant (
    id TEXT PRIMARY KEY,
    feature TEXT NOT NULL,
    person_id TEXT,
    account TEXT,
    endpoint_id TEXT,
    group_id TEXT,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX policy_grant_end ON policy_grant (expires_at);
CREATE TABLE policy_document (
    hash TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE TABLE policy_manifest (
    endpoint_id TEXT PRIMARY KEY REFERENCES endpoints_endpoint (id),
    counter BIGINT NOT NULL,
    documents TEXT NOT NULL,
    sealed TEXT NOT NULL
);
