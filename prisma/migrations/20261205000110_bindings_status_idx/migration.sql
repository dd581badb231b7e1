-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS bindings_status_idx;
CREATE INDEX CONCURRENTLY bindings_status_idx ON bindings (tenant DESC, status, id);
