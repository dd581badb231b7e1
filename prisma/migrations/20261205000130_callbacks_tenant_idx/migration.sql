-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_tenant_idx;
CREATE INDEX CONCURRENTLY callbacks_tenant_idx ON callbacks (tenant DESC, id);
