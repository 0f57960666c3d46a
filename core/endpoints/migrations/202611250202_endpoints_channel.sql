ALTER TABLE endpoints_endpoint ADD COLUMN channel TEXT NOT NULL DEFAULT 'agent';
