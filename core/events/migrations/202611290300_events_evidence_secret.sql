-- What opens the buckets that heads go to. It goes in and never comes out: neither the settings nor the audit log have it.
CREATE TABLE events_evidence_secret (
    place TEXT PRIMARY KEY,
    secret TEXT NOT NULL
);
