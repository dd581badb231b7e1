-- By what the bytes of a key are known again: a keyed hash of its id, from when it was first used here. Without the key nothing
-- follows from it. Rows are only ever added: a key with other bytes takes another id.
CREATE TABLE key_checks (
  kind           text NOT NULL,
  id             text NOT NULL,
  check_value    bytea NOT NULL,
  first_seen_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id),
  CONSTRAINT key_checks_kind CHECK (kind IN ('sealing', 'fingerprint')),
  CONSTRAINT key_checks_value CHECK (length(check_value) = 32)
);
