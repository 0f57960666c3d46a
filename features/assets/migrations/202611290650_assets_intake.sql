-- Who may send what foreign inventory agents tell.
CREATE TABLE assets_intake (
    id TEXT PRIMARY KEY,
    -- What the agents give as their user.
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at BIGINT,
    -- The last message that could not be used, and why.
    refused_at BIGINT,
    refused_why TEXT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX assets_intake_name ON assets_intake (name) WHERE revoked_at IS NULL;
-- Which machines were told of with it.
CREATE TABLE assets_intake_machine (
    intake_id TEXT NOT NULL REFERENCES assets_intake (id),
    source TEXT NOT NULL,
    device TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (intake_id, source, device)
);
