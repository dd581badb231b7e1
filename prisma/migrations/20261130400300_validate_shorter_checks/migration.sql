-- Reads the tables without keeping writers waiting.
ALTER TABLE operations
  VALIDATE CONSTRAINT operations_type,
  VALIDATE CONSTRAINT operations_state,
  VALIDATE CONSTRAINT operations_settles_by,
  VALIDATE CONSTRAINT operations_settled_by,
  VALIDATE CONSTRAINT operations_unknown_because,
  VALIDATE CONSTRAINT operations_settled,
  VALIDATE CONSTRAINT operations_answer,
  VALIDATE CONSTRAINT operations_keyed,
  VALIDATE CONSTRAINT operations_lease,
  VALIDATE CONSTRAINT operations_superseded;
ALTER TABLE cards
  VALIDATE CONSTRAINT cards_status,
  VALIDATE CONSTRAINT cards_form;
ALTER TABLE operation_attempts
  VALIDATE CONSTRAINT operation_attempts_kind,
  VALIDATE CONSTRAINT operation_attempts_outcome;
