-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS transfers_status_idx;
CREATE INDEX CONCURRENTLY transfers_status_idx ON transfers (tenant DESC, status, id);
