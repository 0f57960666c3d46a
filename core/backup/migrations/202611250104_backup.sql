CREATE TABLE backup_job (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    directory TEXT NOT NULL,
    folder TEXT,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    ended_at BIGINT,
    done_bytes BIGINT NOT NULL,
    total_bytes BIGINT NOT NULL,
    error TEXT
);
CREATE INDEX backup_job_asked ON backup_job (asked_at, id);
