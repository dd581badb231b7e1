-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS cards_known_last4_idx;
CREATE INDEX CONCURRENTLY cards_known_last4_idx ON cards (tenant DESC, last4, id) WHERE last4 IS NOT NULL;
