CREATE TABLE log_search_schedule (
    saved_id TEXT PRIMARY KEY,
    days TEXT NOT NULL,
    minute BIGINT NOT NULL,
    recipients TEXT NOT NULL,
    even_if_none BIGINT NOT NULL,
    purpose TEXT,
    next_at BIGINT NOT NULL,
    last_at BIGINT,
    last_count BIGINT,
    last_exact BIGINT,
    last_new BIGINT,
    failure TEXT
);
CREATE INDEX log_search_schedule_next ON log_search_schedule (next_at);
