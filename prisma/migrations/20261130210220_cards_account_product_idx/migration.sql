-- Begins with the tenant, as the order of lists does. Replaces cards_product_idx.
CREATE INDEX CONCURRENTLY cards_account_product_idx ON cards (tenant, account, product_ref, id DESC);
