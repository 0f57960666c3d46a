-- Stock-taking: who looked for which assets, and what was found.
CREATE TABLE assets_round (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Whose assets were looked for, with all groups below.
    group_id TEXT NOT NULL REFERENCES endpoints_group (id),
    -- Only those at this place; empty for all.
    place TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT
);
CREATE INDEX assets_round_opened ON assets_round (opened_at, id);
-- What a round looks for, as it was when the round began, and what was found besides.
CREATE TABLE assets_round_asset (
    round_id TEXT NOT NULL REFERENCES assets_round (id),
    -- Without a reference: what was counted stays written down when the asset leaves the ledger.
    asset_id TEXT NOT NULL,
    expected BIGINT NOT NULL,
    inventory_number TEXT NOT NULL,
    name TEXT NOT NULL,
    serial TEXT NOT NULL,
    place_before TEXT NOT NULL,
    person_before TEXT NOT NULL,
    seen_at BIGINT,
    seen_by TEXT,
    place TEXT,
    person TEXT,
    note TEXT,
    PRIMARY KEY (round_id, asset_id)
);
CREATE INDEX assets_round_asset_asset ON assets_round_asset (asset_id);
