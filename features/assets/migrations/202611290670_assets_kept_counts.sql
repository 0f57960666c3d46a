-- On how many machines a package is, by the source that leads; a list need not count what is installed.
ALTER TABLE assets_package ADD COLUMN machines BIGINT NOT NULL DEFAULT 0;
UPDATE assets_package SET machines =
    (SELECT COUNT(*) FROM assets_installed i JOIN assets_sighting s ON s.number = i.sighting
     WHERE i.package = assets_package.number AND s.leads = 1);
-- The sighting that leads: what an asset has is what this one has.
ALTER TABLE assets_asset ADD COLUMN led_by BIGINT;
UPDATE assets_asset SET led_by =
    (SELECT s.number FROM assets_sighting s WHERE s.asset_id = assets_asset.id AND s.leads = 1);
CREATE INDEX assets_asset_led_by ON assets_asset (led_by);
-- What is searched for in a ledger, folded: what sources told, and what people wrote down.
ALTER TABLE assets_asset ADD COLUMN told_words TEXT NOT NULL DEFAULT '';
ALTER TABLE assets_asset ADD COLUMN written_words TEXT NOT NULL DEFAULT '';
UPDATE assets_asset SET
    told_words = lower(name || ' ' || serial || ' ' || model || ' ' || ip || ' ' || mac),
    written_words = lower(inventory_number || ' ' || place || ' ' || person);
