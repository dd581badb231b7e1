-- An API key may end by itself.

ALTER TABLE api_keys ADD COLUMN expires_at timestamptz(3);
