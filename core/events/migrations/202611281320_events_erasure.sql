-- Erasures of one person's events.
CREATE TABLE events_erasure (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    person_id TEXT NOT NULL,
    person_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    preview TEXT NOT NULL,
    asked_by_id TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT,
    ended_at BIGINT,
    done_rows BIGINT NOT NULL,
    total_rows BIGINT NOT NULL,
    result TEXT,
    error TEXT
);
CREATE INDEX events_erasure_state ON events_erasure (state, asked_at);
