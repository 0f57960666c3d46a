-- One server. Applied when the store is opened; {columns} is columns.sql.
CREATE TABLE IF NOT EXISTS events (
{columns}
) ENGINE = MergeTree
PARTITION BY month
ORDER BY (hour, endpoint, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 10000;
