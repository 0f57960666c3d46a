-- For how long events are kept: each change is a new version. The highest one that has taken effect and was not taken back holds.
CREATE TABLE events_retention (
    version BIGINT PRIMARY KEY,
    rules TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    takes_effect_at BIGINT NOT NULL,
    taken_back_at BIGINT
);
-- What came of each night's removal.
CREATE TABLE events_retention_run (
    night BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    version BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    state TEXT NOT NULL,
    result TEXT,
    error TEXT,
    PRIMARY KEY (night, attempt)
);
-- What a removal would take, as somebody was shown it before they decided.
CREATE TABLE events_preview (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    result TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
