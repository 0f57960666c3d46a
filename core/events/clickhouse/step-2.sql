-- Counts beside the rows: how many events by hour, endpoint, kind, level and account. They lie in the parts of the table itself, so they
-- are inserted, replicated, merged and removed with its rows and can never say another thing. A block of positions stands with
-- them, for the rows that are not to be seen yet or not at all: rollup.rs counts the blocks that have such row by row.
ALTER TABLE {table}{on_cluster} ADD PROJECTION IF NOT EXISTS counts (
    SELECT hour, endpoint, kind, level, account_name, account_folded, intDiv(position, 1048576) AS block, count()
    GROUP BY hour, endpoint, kind, level, account_name, account_folded, block
);
-- For the rows that are there. It goes on in the background; a part that has no counts yet is read row by row.
ALTER TABLE {table}{on_cluster} MATERIALIZE PROJECTION counts;
