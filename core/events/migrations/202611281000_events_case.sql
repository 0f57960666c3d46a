CREATE TABLE events_case (
    id TEXT PRIMARY KEY,
    reader TEXT NOT NULL,
    purpose TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX events_case_reader ON events_case (reader, expires_at);
