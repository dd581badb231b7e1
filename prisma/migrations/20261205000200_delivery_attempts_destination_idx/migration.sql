-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS delivery_attempts_destination_idx;
CREATE INDEX CONCURRENTLY delivery_attempts_destination_idx ON delivery_attempts (destination_id, id);
