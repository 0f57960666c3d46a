-- Lists of assets that are being written down, and what came of them.
CREATE TABLE assets_import (
    id TEXT PRIMARY KEY,
    -- The file's name, as the person had it.
    name TEXT NOT NULL,
    -- running, done, cancelled, failed
    state TEXT NOT NULL,
    cancel_wanted BIGINT NOT NULL,
    -- Rows that can be used, and how many of them are behind us.
    good BIGINT NOT NULL,
    done BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    bad_rows TEXT NOT NULL,
    created_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX assets_import_started ON assets_import (started_at);
