CREATE TABLE notices_seen (
    notice_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    shown_at BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (notice_id, endpoint_id)
);
CREATE TABLE notices_feed (
    position BIGINT NOT NULL
);
INSERT INTO notices_feed (position) VALUES (0);
