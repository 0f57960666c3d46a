-- Whether its rows are in the order of (hour of occurred_at, endpoint, occurred_at) rather than of positions.
ALTER TABLE segment ADD COLUMN sorted INTEGER NOT NULL DEFAULT 0;

-- Files beside a segment that make questions cheaper: `ngx` the index of its texts, `sum` its counts. They have the name of
-- the segment with another ending, and come and go with it.
CREATE TABLE companion (
    segment  BLOB    NOT NULL,
    ending   TEXT    NOT NULL,
    bytes    INTEGER NOT NULL,
    sha256   BLOB    NOT NULL,
    PRIMARY KEY (segment, ending)
) WITHOUT ROWID;
