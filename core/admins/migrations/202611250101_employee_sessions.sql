CREATE TABLE admins_session_next (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    admin_id TEXT REFERENCES admins_admin (id),
    account_id TEXT REFERENCES people_account (id),
    language TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    CHECK ((admin_id IS NULL) <> (account_id IS NULL))
);
INSERT INTO admins_session_next (id, token_hash, admin_id, created_at, last_used_at, expires_at, ip, user_agent)
    SELECT id, token_hash, admin_id, created_at, last_used_at, expires_at, ip, user_agent FROM admins_session;
DROP TABLE admins_session;
ALTER TABLE admins_session_next RENAME TO admins_session;
CREATE INDEX admins_session_admin ON admins_session (admin_id);
CREATE INDEX admins_session_account ON admins_session (account_id);
CREATE TABLE admins_employee_link (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES people_account (id),
    expires_at BIGINT NOT NULL
);
