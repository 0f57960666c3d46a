CREATE TABLE notices_notice (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE notices_delivery (
    notice_id TEXT NOT NULL REFERENCES notices_notice (id),
    command_id TEXT NOT NULL REFERENCES commands_command (id),
    PRIMARY KEY (notice_id, command_id)
);
CREATE INDEX notices_delivery_command ON notices_delivery (command_id);
