CREATE TABLE alarms_route (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX alarms_route_name ON alarms_route (name);
CREATE TABLE alarms_route_standing (
    route_id TEXT PRIMARY KEY,
    sent_at BIGINT,
    failed_at BIGINT,
    error TEXT
);
CREATE TABLE alarms_delivery (
    id TEXT PRIMARY KEY,
    route_id TEXT NOT NULL,
    alarm_id TEXT NOT NULL REFERENCES alarms_alarm (id),
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX alarms_delivery_once ON alarms_delivery (route_id, alarm_id);
CREATE INDEX alarms_delivery_due ON alarms_delivery (state, next_at);
ALTER TABLE alarms_alarm ADD COLUMN title_ja TEXT NOT NULL DEFAULT '';
ALTER TABLE alarms_alarm ADD COLUMN title_en TEXT NOT NULL DEFAULT '';
