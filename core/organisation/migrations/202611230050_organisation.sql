CREATE TABLE organisation_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
