-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS transfers_tenant_cardholder_idx;
CREATE INDEX CONCURRENTLY transfers_tenant_cardholder_idx ON transfers (tenant DESC, cardholder_id, id);
