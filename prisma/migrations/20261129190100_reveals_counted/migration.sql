-- Looks at secrets are counted among the guesses, by the clock of the database, and no longer in the audit log, by that of whichever
-- process wrote its row. Those of the last hour count on.
INSERT INTO guesses (subject, made_at)
SELECT 'reveal by ' || key_id, least(at, now()) FROM audit_log
WHERE key_id IS NOT NULL AND action IN ('card.reveal', 'card.frame_token', 'binding.reveal') AND at > now() - interval '1 hour';
DROP INDEX audit_log_reveals_idx;
