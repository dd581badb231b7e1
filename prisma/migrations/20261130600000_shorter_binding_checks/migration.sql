-- The same as before, in less text to parse.
ALTER TABLE bindings
  DROP CONSTRAINT bindings_status,
  ADD CONSTRAINT bindings_status CHECK (status = ANY ('{starting,awaiting_code,verifying,bound,not_required,expired,refused,removed}'::text[])) NOT VALID,
  DROP CONSTRAINT bindings_kind,
  ADD CONSTRAINT bindings_kind CHECK (kind = ANY ('{bank_card,token,subscription}'::text[])) NOT VALID,
  DROP CONSTRAINT bindings_challenge,
  ADD CONSTRAINT bindings_challenge CHECK (status <> ALL ('{awaiting_code,verifying}'::text[])
    OR (challenge_ref IS NOT NULL AND challenge_expires_at IS NOT NULL AND attempts_left IS NOT NULL)) NOT VALID;
