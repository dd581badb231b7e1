-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS delivery_attempts_event_idx;
CREATE INDEX CONCURRENTLY delivery_attempts_event_idx ON delivery_attempts (event_id, id);
