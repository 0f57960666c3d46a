-- A fast and a large disk. Applied when the store is opened with `cold_after_days`, if it is not so already; the storage policy
-- `tiered` with the volumes `hot` and `cold` must be in each server's configuration (deploy/clickhouse/storage.xml).
ALTER TABLE {table}{on_cluster} MODIFY SETTING storage_policy = 'tiered';

-- Events move to the large disk so many days after they were received. Nothing is deleted: that is what retention in the console
-- is for, which legal holds override.
ALTER TABLE {table}{on_cluster}
MODIFY TTL toDateTime(intDiv(received_at, 1000000)) + INTERVAL {days} DAY TO VOLUME 'cold';
