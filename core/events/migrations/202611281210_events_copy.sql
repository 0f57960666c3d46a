CREATE TABLE events_copy (
    one BIGINT PRIMARY KEY,
    upto BIGINT NOT NULL
);
