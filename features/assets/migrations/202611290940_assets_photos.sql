-- Pictures of assets. The bytes lie in the store of blobs, under their hash.
CREATE TABLE assets_photo (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets_asset (id),
    hash TEXT NOT NULL,
    -- jpeg, png, webp
    format TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL
);
CREATE INDEX assets_photo_asset ON assets_photo (asset_id, added_at);
CREATE INDEX assets_photo_hash ON assets_photo (hash);
