-- By what a publisher knows us, as the NVD hands it out; empty where it knows nobody. It is never read out.
ALTER TABLE vulnerabilities_feed ADD COLUMN api_key TEXT NOT NULL DEFAULT '';
