-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS operations_account_type_idx;
CREATE INDEX CONCURRENTLY operations_account_type_idx ON operations (tenant DESC, account, type, id);
