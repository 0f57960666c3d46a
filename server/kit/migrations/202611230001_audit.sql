CREATE TABLE audit_row (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_id TEXT,
    ip TEXT,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_label TEXT NOT NULL,
    before_value TEXT NOT NULL,
    after_value TEXT NOT NULL,
    purpose TEXT
);
CREATE INDEX audit_row_at ON audit_row (at, id);
CREATE INDEX audit_row_object ON audit_row (object_kind, object_id, at);
