CREATE TABLE events_stream (
    endpoint TEXT NOT NULL,
    epoch TEXT NOT NULL,
    lane TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_sha256 TEXT NOT NULL,
    PRIMARY KEY (endpoint, epoch, lane)
);
CREATE TABLE events_position (
    one BIGINT PRIMARY KEY,
    next_position BIGINT NOT NULL
);
INSERT INTO events_position (one, next_position) VALUES (1, 1);
CREATE TABLE events_intent (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    first_position BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE events_intent_mark (
    endpoint TEXT NOT NULL,
    epoch TEXT NOT NULL,
    lane TEXT NOT NULL,
    intent TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_sha256 TEXT NOT NULL,
    PRIMARY KEY (endpoint, epoch, lane)
);
CREATE TABLE events_void (
    first_position BIGINT PRIMARY KEY,
    last_position BIGINT NOT NULL,
    voided_at BIGINT NOT NULL
);
CREATE TABLE events_removal (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    removed BIGINT NOT NULL,
    held BIGINT NOT NULL
);
