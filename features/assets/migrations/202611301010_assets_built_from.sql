-- What a package was built from, where that has another name or version; empty where it has not, or nobody told.
ALTER TABLE assets_package ADD COLUMN built_name TEXT NOT NULL DEFAULT '';
ALTER TABLE assets_package ADD COLUMN built_version TEXT NOT NULL DEFAULT '';
