-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS cards_account_cardholder_idx;
CREATE INDEX CONCURRENTLY cards_account_cardholder_idx ON cards (tenant DESC, account, cardholder_ref, id);
