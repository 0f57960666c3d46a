-- How often it failed since a person last asked for it. What was taken back before it began is an attempt and no failure.
ALTER TABLE distribution_part ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
-- How far a rollout is, is counted at each look: of a hundred thousand endpoints the index alone says it.
DROP INDEX distribution_part_state;
CREATE INDEX distribution_part_state ON distribution_part (rollout_id, ring, state, next_at, recalled, attempt);
