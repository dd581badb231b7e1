-- Begins with the tenant, as the order of lists does. Replaces transfers_cardholder_idx.
CREATE INDEX CONCURRENTLY transfers_tenant_cardholder_idx ON transfers (tenant, cardholder_id, id DESC);
