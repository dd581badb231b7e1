-- SMS are counted by the database's clock, which all processes share and which no process's clock can set back or forward.
ALTER TABLE bindings ADD COLUMN sms_at timestamptz(3);
COMMENT ON COLUMN bindings.sms_at IS 'When the SMS was sent, or may have been; null when certainly none was. By the clock of the database.';
UPDATE bindings SET sms_at = created_at WHERE resend_after IS NOT NULL;

DROP INDEX bindings_phone_idx;
CREATE INDEX bindings_phone_idx ON bindings (phone_fingerprint, sms_at DESC) WHERE sms_at IS NOT NULL;

-- A notification names a token; by its fingerprint the user is found whose list it is about.
ALTER TABLE bindings ADD COLUMN token_fingerprint text;
CREATE INDEX bindings_token_idx ON bindings (account, token_fingerprint) WHERE token_fingerprint IS NOT NULL;
-- The payment token of a removed binding is of no use to anybody.
UPDATE bindings SET token_sealed = NULL WHERE status = 'removed';
ALTER TABLE bindings ADD CONSTRAINT bindings_removed_has_no_token CHECK (status <> 'removed' OR token_sealed IS NULL);
