-- Reads the tables without keeping writers waiting.
ALTER TABLE bindings
  VALIDATE CONSTRAINT bindings_status,
  VALIDATE CONSTRAINT bindings_kind,
  VALIDATE CONSTRAINT bindings_challenge;
ALTER TABLE callbacks
  VALIDATE CONSTRAINT callbacks_kind,
  VALIDATE CONSTRAINT callbacks_state,
  VALIDATE CONSTRAINT callbacks_decision;
