CREATE TABLE people_person (
    id TEXT PRIMARY KEY,
    employee_number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    email TEXT,
    department TEXT,
    active BIGINT NOT NULL,
    sort_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX people_person_sort ON people_person (sort_key, employee_number);
CREATE TABLE people_account (
    id TEXT PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    name TEXT NOT NULL,
    account_id TEXT NOT NULL,
    person_id TEXT REFERENCES people_person (id),
    last_seen BIGINT NOT NULL,
    UNIQUE (endpoint_id, account_id)
);
CREATE INDEX people_account_person ON people_account (person_id);
CREATE INDEX people_account_name ON people_account (name, id);
