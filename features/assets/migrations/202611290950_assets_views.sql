-- Views of the ledger: filters, order and columns under a name.
CREATE TABLE assets_view (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The filters and the order, as the address of the page has them.
    question TEXT NOT NULL,
    columns TEXT NOT NULL,
    shared BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_view_name ON assets_view (owner, name);
