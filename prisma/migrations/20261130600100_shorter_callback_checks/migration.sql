-- The same as before, in less text to parse.
ALTER TABLE callbacks
  DROP CONSTRAINT callbacks_kind,
  ADD CONSTRAINT callbacks_kind CHECK (kind = ANY ('{card_changed,card_hint,transaction,transaction_hint,authorization,bindings_hint,other}'::text[])) NOT VALID,
  DROP CONSTRAINT callbacks_state,
  ADD CONSTRAINT callbacks_state CHECK (state = ANY ('{received,worked,failed}'::text[])) NOT VALID,
  DROP CONSTRAINT callbacks_decision,
  ADD CONSTRAINT callbacks_decision CHECK (decision = ANY ('{approve,decline}'::text[])) NOT VALID;
