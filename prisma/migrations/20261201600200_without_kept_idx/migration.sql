-- The two before have taken the place of these.
DROP INDEX CONCURRENTLY cards_kept_idx;
DROP INDEX CONCURRENTLY bindings_kept_idx;
