-- An ordered card has no digits yet. Replaces cards_last4_idx.
CREATE INDEX CONCURRENTLY cards_known_last4_idx ON cards (tenant, last4, id DESC) WHERE last4 IS NOT NULL;
