-- Counts what changes about alarms, so that who waits for news need not read them all.
CREATE TABLE alarms_change (one BIGINT PRIMARY KEY, changes BIGINT NOT NULL);
INSERT INTO alarms_change (one, changes) VALUES (1, 0);
