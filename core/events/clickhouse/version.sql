-- Which of the numbered steps below have been made. One table for all servers of a cluster, whatever their shard.
CREATE TABLE IF NOT EXISTS events_version{on_cluster} (version UInt32) ENGINE = {engine} ORDER BY version;
