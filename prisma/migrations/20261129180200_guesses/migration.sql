-- What could be a guess: at a card number, a security code, a PIN. By these rows they are limited, over all processes and by the
-- clock of the database.
CREATE TABLE guesses (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What is limited together: those about one user, by one key, at one card.
  subject       text NOT NULL,
  -- The write that it was made by; null for a question.
  operation_id  uuid,
  made_at       timestamptz(3) NOT NULL
);
CREATE INDEX guesses_subject_idx ON guesses (subject, made_at DESC);
CREATE INDEX guesses_operation_idx ON guesses (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX guesses_made_idx ON guesses (made_at);
