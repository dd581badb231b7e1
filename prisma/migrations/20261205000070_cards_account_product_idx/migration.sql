-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS cards_account_product_idx;
CREATE INDEX CONCURRENTLY cards_account_product_idx ON cards (tenant DESC, account, product_ref, id);
