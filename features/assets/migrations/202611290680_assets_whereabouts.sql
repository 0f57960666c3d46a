-- Where a machine is: office, home, elsewhere, or nothing where nobody knows; and the name of the office.
ALTER TABLE assets_asset ADD COLUMN whereabouts TEXT NOT NULL DEFAULT '';
ALTER TABLE assets_asset ADD COLUMN office TEXT NOT NULL DEFAULT '';
-- Updates that wait, and those of them that close a hole in security; absent where nobody knows.
ALTER TABLE assets_asset ADD COLUMN updates BIGINT;
ALTER TABLE assets_asset ADD COLUMN security_updates BIGINT;
