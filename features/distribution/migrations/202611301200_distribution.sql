-- Package files and scripts that were handed in. Each version of a script is a row of its own.
CREATE TABLE distribution_item (
    id TEXT PRIMARY KEY,
    -- deb, rpm, script
    kind TEXT NOT NULL,
    -- The package's, as its head says; the script's, as a person says.
    name TEXT NOT NULL,
    -- The package's; the number of a script's.
    version TEXT NOT NULL,
    number BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    architecture TEXT NOT NULL,
    -- What else the head says, as JSON.
    head TEXT NOT NULL,
    hash TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- A script's own text, and with what it is run.
    content TEXT NOT NULL,
    interpreter TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX distribution_item_hash ON distribution_item (hash);
CREATE INDEX distribution_item_name ON distribution_item (name, number);
CREATE TABLE distribution_rollout (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- What was asked for, as JSON.
    plan TEXT NOT NULL,
    -- preparing, running, stopped, recalling, recalled, done
    state TEXT NOT NULL,
    -- Whether nothing is on its way any more where it is stopped.
    settled BIGINT NOT NULL,
    -- Who stopped or took it back; empty where a ring failed.
    stopped_by TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX distribution_rollout_state ON distribution_rollout (state, settled);
-- What of the shelf a rollout brings.
CREATE TABLE distribution_use (
    rollout_id TEXT NOT NULL REFERENCES distribution_rollout (id),
    item_id TEXT NOT NULL REFERENCES distribution_item (id),
    PRIMARY KEY (rollout_id, item_id)
);
CREATE INDEX distribution_use_item ON distribution_use (item_id);
CREATE TABLE distribution_ring (
    rollout_id TEXT NOT NULL REFERENCES distribution_rollout (id),
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- So many seconds after the ring before was good.
    wait_s BIGINT NOT NULL,
    most_failures BIGINT NOT NULL,
    -- Whether that is in percent of the ring.
    in_percent BIGINT NOT NULL,
    enough_percent BIGINT NOT NULL,
    needs_go BIGINT NOT NULL,
    -- Who gave the word; empty while nobody has.
    gone_by TEXT NOT NULL,
    -- waiting, held, running, good, stopped
    state TEXT NOT NULL,
    -- Failures that a person has looked at and gone on from.
    forgiven BIGINT NOT NULL,
    started_at BIGINT,
    good_at BIGINT,
    PRIMARY KEY (rollout_id, number)
);
-- One endpoint's part in a rollout.
CREATE TABLE distribution_part (
    rollout_id TEXT NOT NULL REFERENCES distribution_rollout (id),
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    ring BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- How often it was given; 0 before the first time.
    attempt BIGINT NOT NULL,
    -- The attempt that was recalled.
    recalled BIGINT NOT NULL,
    -- The command that carries it, while it is on its way.
    command_id TEXT,
    -- Not given before.
    next_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    why TEXT NOT NULL,
    restart BIGINT NOT NULL,
    PRIMARY KEY (rollout_id, endpoint_id)
);
CREATE INDEX distribution_part_state ON distribution_part (rollout_id, ring, state, next_at);
CREATE INDEX distribution_part_endpoint ON distribution_part (endpoint_id, rollout_id);
CREATE INDEX distribution_part_command ON distribution_part (command_id);
-- Each time that it was given, and what came of it.
CREATE TABLE distribution_attempt (
    rollout_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    command_id TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- As the endpoint told it, as JSON.
    outcome TEXT,
    PRIMARY KEY (rollout_id, endpoint_id, attempt)
);
-- What may be handed in.
CREATE TABLE distribution_settings (one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL);
