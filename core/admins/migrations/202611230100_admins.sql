CREATE TABLE admins_admin (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    limited BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    must_change_password BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    failed_attempts BIGINT NOT NULL,
    locked_until BIGINT,
    totp_secret TEXT,
    totp_confirmed BIGINT NOT NULL,
    totp_last_step BIGINT NOT NULL,
    oidc_subject TEXT UNIQUE,
    language TEXT NOT NULL,
    last_sign_in BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE admins_group (
    admin_id TEXT NOT NULL REFERENCES admins_admin (id),
    group_id TEXT NOT NULL,
    PRIMARY KEY (admin_id, group_id)
);
CREATE TABLE admins_session (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    admin_id TEXT NOT NULL REFERENCES admins_admin (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ip TEXT,
    user_agent TEXT
);
CREATE INDEX admins_session_admin ON admins_session (admin_id);
CREATE TABLE admins_link (
    token_hash TEXT PRIMARY KEY,
    admin_id TEXT NOT NULL REFERENCES admins_admin (id),
    expires_at BIGINT NOT NULL
);
CREATE TABLE admins_token (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    admin_id TEXT NOT NULL REFERENCES admins_admin (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    purpose TEXT
);
CREATE TABLE admins_recovery (
    code_hash TEXT PRIMARY KEY,
    admin_id TEXT NOT NULL REFERENCES admins_admin (id)
);
