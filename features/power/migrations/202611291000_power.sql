-- What was asked of whom: one row for each endpoint of a request.
CREATE TABLE power_order (
    -- Who carries it out may be a neighbour: the command is theirs.
    command_id TEXT PRIMARY KEY REFERENCES commands_command (id),
    request_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    carrier_id TEXT NOT NULL REFERENCES endpoints_endpoint (id),
    deed TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    -- When an endpoint that was to wake said hello.
    woken_at BIGINT
);
CREATE INDEX power_order_endpoint ON power_order (endpoint_id, asked_at);
CREATE INDEX power_order_request ON power_order (request_id);
