CREATE TABLE idempotency_request (
    id TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    status BIGINT,
    answer TEXT
);
CREATE INDEX idempotency_request_created_at ON idempotency_request (created_at);
