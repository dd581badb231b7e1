-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS bindings_user_idx;
CREATE INDEX CONCURRENTLY bindings_user_idx ON bindings (account, user_ref, id);
