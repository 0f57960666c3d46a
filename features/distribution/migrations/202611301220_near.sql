-- Who on a segment has some content, fetches it or waits for it; one row for each segment that the endpoint is on.
CREATE TABLE distribution_near (
    hash TEXT NOT NULL,
    -- Of the network, and of the road by which its endpoints come to the server.
    segment TEXT NOT NULL,
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    -- waits, takes, fetches, holds
    state TEXT NOT NULL,
    -- Where it gives, on this segment; port 0 where it does not.
    address TEXT NOT NULL,
    port BIGINT NOT NULL,
    -- With which key, to how many at once, and how many bytes it can keep.
    public_key TEXT NOT NULL,
    at_once BIGINT NOT NULL,
    keeps BIGINT NOT NULL,
    -- From whom it takes; empty for nobody.
    giver TEXT NOT NULL,
    -- The row counts until then.
    until BIGINT NOT NULL,
    PRIMARY KEY (hash, segment, endpoint_id)
);
CREATE INDEX distribution_near_endpoint ON distribution_near (endpoint_id, hash);
CREATE INDEX distribution_near_until ON distribution_near (until);
-- How many bytes came from where, over all attempts.
ALTER TABLE distribution_part ADD COLUMN from_server BIGINT NOT NULL DEFAULT 0;
ALTER TABLE distribution_part ADD COLUMN from_neighbours BIGINT NOT NULL DEFAULT 0;
