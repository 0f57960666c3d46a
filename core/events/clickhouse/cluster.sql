-- Several servers. Applied when the store is opened with a cluster; {columns} is columns.sql, {cluster} the cluster's name.
-- Each server's macros name its {shard} and {replica}.
CREATE TABLE IF NOT EXISTS events_local ON CLUSTER {cluster} (
{columns}
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/events_local', '{replica}')
PARTITION BY month
ORDER BY (hour, endpoint, occurred_at, id)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- All events of an endpoint are on one shard.
CREATE TABLE IF NOT EXISTS events ON CLUSTER {cluster} AS events_local
ENGINE = Distributed({cluster}, currentDatabase(), events_local, cityHash64(endpoint));
