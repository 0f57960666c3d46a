CREATE TABLE blobs_published (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    size BIGINT NOT NULL,
    manifest TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE blobs_collected (
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    size BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (endpoint_id, hash)
);
