CREATE TABLE log_search_saved (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    name TEXT NOT NULL,
    q TEXT NOT NULL,
    columns TEXT NOT NULL,
    shared BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX log_search_saved_name ON log_search_saved (owner, name);
CREATE TABLE log_search_export (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    q TEXT NOT NULL,
    format TEXT NOT NULL,
    purpose TEXT,
    state TEXT NOT NULL,
    total BIGINT,
    written BIGINT NOT NULL,
    bytes BIGINT,
    failure TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX log_search_export_owner ON log_search_export (owner, created_at);
