-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_account_idx;
CREATE INDEX CONCURRENTLY callbacks_account_idx ON callbacks (tenant DESC, account, id);
