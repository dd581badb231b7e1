-- A hint is one row for all that it makes read again: it says nothing more, however often it comes.
ALTER TABLE callbacks
  DROP CONSTRAINT callbacks_kind,
  ADD CONSTRAINT callbacks_kind CHECK (kind IN
    ('card_changed', 'card_hint', 'transaction', 'transaction_hint', 'authorization', 'bindings_hint', 'other')),
  -- When the provider was last asked because of it: so that hints, which anybody may send, do not ask it without end.
  ADD COLUMN asked_at timestamptz(3);
