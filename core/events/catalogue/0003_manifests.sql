-- The journal of manifests: which files came and went, when, why, and by whom. Each names the hash of the one before.
CREATE TABLE manifest (
    number     INTEGER NOT NULL PRIMARY KEY,  -- from 1, without holes
    entry      TEXT    NOT NULL,              -- JSON, byte for byte as it was hashed and signed
    hash       BLOB    NOT NULL,              -- SHA-256 of entry
    signature  BLOB                           -- of entry, by the key that it names
);
