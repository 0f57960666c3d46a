-- Ranges of addresses in which devices are looked for, and what came of it.
CREATE TABLE assets_discovery (
    id TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,
    -- running, done, cancelled, failed
    state TEXT NOT NULL,
    cancel_wanted BIGINT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    -- Devices that answered: new ones, those that were registered already, and those that refused the credentials.
    added BIGINT NOT NULL,
    known BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX assets_discovery_started ON assets_discovery (started_at);
