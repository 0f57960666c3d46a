-- Several servers with a fast and a large disk. Not applied by itself: an administrator runs it once, on one server, after
-- the storage policy `tiered` with the volumes `hot` and `cold` is in each server's configuration.
ALTER TABLE events_local ON CLUSTER {cluster} MODIFY SETTING storage_policy = 'tiered';

-- Events move to the large disk 60 days after they were received. Nothing is deleted: that is what retention in the console
-- is for, which legal holds override.
ALTER TABLE events_local ON CLUSTER {cluster}
MODIFY TTL toDateTime(intDiv(received_at, 1000000)) + INTERVAL 60 DAY TO VOLUME 'cold';
