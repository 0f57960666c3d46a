-- One row that a step of a removal has locked, so that a new hold waits for it, whichever server makes the step.
CREATE TABLE events_removal_gate (
    one BIGINT PRIMARY KEY,
    passed BIGINT NOT NULL
);
INSERT INTO events_removal_gate (one, passed) VALUES (1, 0);
