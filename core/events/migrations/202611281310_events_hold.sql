-- Legal holds: what they find stays, whatever rule or erasure would take it.
CREATE TABLE events_hold (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    end_reason TEXT
);
