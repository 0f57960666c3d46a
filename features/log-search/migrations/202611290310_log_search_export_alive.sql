-- When the server that makes an export last said so: of several servers, each looks after its own.
ALTER TABLE log_search_export ADD COLUMN alive_at BIGINT NOT NULL DEFAULT 0;
