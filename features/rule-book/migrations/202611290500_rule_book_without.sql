-- What is raised without a rule, as the organisation wants it; one row once somebody has decided.
CREATE TABLE rule_book_without (one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL);

-- Programs that ran in the organisation: by the SHA-256 of the file, and by path in lower case.
CREATE TABLE rule_book_program (
    program TEXT PRIMARY KEY,
    first_at BIGINT NOT NULL,
    -- The day, counted from 1970-01-01, on which it was seen last; what was not seen for longest is forgotten first.
    seen_day BIGINT NOT NULL,
    -- 1 for a path that was met without a hash only: the first hash there is the same program's.
    bare BIGINT NOT NULL
);
CREATE INDEX rule_book_program_seen ON rule_book_program (seen_day);
-- How far the events were read for programs, and since when they have been learned.
CREATE TABLE rule_book_program_feed (position BIGINT NOT NULL, since BIGINT);
INSERT INTO rule_book_program_feed (position, since) VALUES (-1, NULL);

-- What a person, or an account that is nobody's, did on a day: `whose` is p/PERSON or a/ENDPOINT/ACCOUNT, `day` is counted from 1970-01-01.
CREATE TABLE rule_book_volume (
    whose TEXT NOT NULL,
    measure TEXT NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    -- The amount that was told last, and at which endpoint the alarm stands.
    told BIGINT NOT NULL,
    endpoint_id TEXT,
    PRIMARY KEY (whose, measure, day)
);
CREATE INDEX rule_book_volume_day ON rule_book_volume (day);
-- Since when somebody has been known.
CREATE TABLE rule_book_volume_since (whose TEXT PRIMARY KEY, first_at BIGINT NOT NULL);
CREATE TABLE rule_book_volume_feed (position BIGINT NOT NULL);
INSERT INTO rule_book_volume_feed (position) VALUES (-1);

-- When sensors of endpoints told something last.
CREATE TABLE rule_book_sensor (
    endpoint_id TEXT NOT NULL,
    sensor TEXT NOT NULL,
    health TEXT NOT NULL,
    reason TEXT,
    seen BIGINT NOT NULL,
    -- When `seen` changed last, as far as reports say.
    moved_at BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    -- When more was lost than before; 0 for never.
    lost_at BIGINT NOT NULL,
    -- What is wrong with it: nothing, `failed` or `still`.
    trouble TEXT NOT NULL,
    PRIMARY KEY (endpoint_id, sensor)
);
CREATE INDEX rule_book_sensor_trouble ON rule_book_sensor (trouble);
