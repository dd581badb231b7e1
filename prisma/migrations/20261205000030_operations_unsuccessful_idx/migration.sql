-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS operations_unsuccessful_idx;
CREATE INDEX CONCURRENTLY operations_unsuccessful_idx ON operations (state, tenant DESC, type, id) WHERE state <> 'succeeded';
