-- What the store holds: a segment file that is not named here does not exist.
CREATE TABLE segment (
    id            BLOB    NOT NULL PRIMARY KEY,
    path          TEXT    NOT NULL UNIQUE,  -- below the store's directory
    day           TEXT    NOT NULL,         -- UTC day of received_at, YYYY-MM-DD
    rows          INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    sha256        BLOB    NOT NULL,         -- of the whole file
    min_position  INTEGER NOT NULL,
    max_position  INTEGER NOT NULL,
    min_occurred  INTEGER NOT NULL,         -- microseconds since 1970, as all times
    max_occurred  INTEGER NOT NULL,
    min_received  INTEGER NOT NULL,
    max_received  INTEGER NOT NULL
);

-- How far each stream is in segments. What came later is in the write-ahead log.
CREATE TABLE mark (
    endpoint     BLOB    NOT NULL,
    epoch        BLOB    NOT NULL,
    lane         TEXT    NOT NULL,
    last_seq     INTEGER NOT NULL,
    last_sha256  BLOB    NOT NULL,
    PRIMARY KEY (endpoint, epoch, lane)
) WITHOUT ROWID;

CREATE TABLE progress (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- The position up to which everything is in segments; older records of the write-ahead log count for nothing.
    flushed  INTEGER NOT NULL,
    -- Every position up to this one may have been given to an event, though it may be lost since.
    given    INTEGER NOT NULL
);
INSERT INTO progress (one, flushed, given) VALUES (1, 0, 0);
