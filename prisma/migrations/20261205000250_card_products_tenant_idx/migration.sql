-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS card_products_tenant_idx;
CREATE INDEX CONCURRENTLY card_products_tenant_idx ON card_products (tenant DESC, id);
