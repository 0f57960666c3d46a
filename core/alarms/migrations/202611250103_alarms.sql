CREATE TABLE alarms_alarm (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    endpoint_id TEXT REFERENCES endpoints_endpoint (id),
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    times BIGINT NOT NULL,
    raised_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    ended_at BIGINT,
    by_itself BIGINT NOT NULL,
    handled_at BIGINT,
    handler_id TEXT,
    handler TEXT,
    comment TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX alarms_alarm_lasting ON alarms_alarm (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX alarms_alarm_raised ON alarms_alarm (raised_at, id);
CREATE INDEX alarms_alarm_endpoint ON alarms_alarm (endpoint_id, raised_at);
