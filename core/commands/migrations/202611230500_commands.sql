CREATE TABLE commands_command (
    id TEXT PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    issued TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    history TEXT NOT NULL,
    result TEXT,
    error TEXT
);
CREATE INDEX commands_command_endpoint ON commands_command (endpoint_id, state);
CREATE INDEX commands_command_state ON commands_command (state, expires_at);
