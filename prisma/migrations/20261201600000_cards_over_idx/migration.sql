-- Numbers of cards that are over, by which the daily job takes them. With updated_at in the index, no change of a card was written in place.
CREATE INDEX CONCURRENTLY cards_over_idx ON cards (id) WHERE status IN ('cancelled', 'replaced', 'failed') AND pan_sealed IS NOT NULL;
