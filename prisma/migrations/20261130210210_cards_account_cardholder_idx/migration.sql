-- Begins with the tenant, as the order of lists does. Replaces cards_cardholder_idx.
CREATE INDEX CONCURRENTLY cards_account_cardholder_idx ON cards (tenant, account, cardholder_ref, id DESC);
