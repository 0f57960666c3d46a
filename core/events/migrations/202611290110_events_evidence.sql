-- Where the head of the journal goes each day, what was written down, and what became of each delivery.
CREATE TABLE events_evidence (
    one BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    destinations TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE events_head (
    id TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL,
    document TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    asked_by TEXT
);
CREATE INDEX events_head_written ON events_head (written_at);
CREATE TABLE events_head_delivery (
    id TEXT PRIMARY KEY,
    head TEXT NOT NULL,
    destination TEXT NOT NULL,
    state TEXT NOT NULL,
    mail TEXT,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    ended_at BIGINT,
    error TEXT
);
CREATE INDEX events_head_delivery_state ON events_head_delivery (state, next_at);
CREATE INDEX events_head_delivery_head ON events_head_delivery (head);
