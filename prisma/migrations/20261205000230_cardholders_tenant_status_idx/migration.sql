-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS cardholders_tenant_status_idx;
CREATE INDEX CONCURRENTLY cardholders_tenant_status_idx ON cardholders (tenant DESC, status, id);
