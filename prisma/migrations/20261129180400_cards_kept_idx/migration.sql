-- Numbers of cards that are over, by which the daily job takes them.
CREATE INDEX CONCURRENTLY cards_kept_idx ON cards (updated_at) WHERE status IN ('cancelled', 'replaced', 'failed') AND pan_sealed IS NOT NULL;
