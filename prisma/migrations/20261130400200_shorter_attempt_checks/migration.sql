-- The same as before, in less text to parse.
ALTER TABLE operation_attempts
  DROP CONSTRAINT operation_attempts_kind,
  ADD CONSTRAINT operation_attempts_kind CHECK (kind = ANY ('{send,look-up,callback,list,person}'::text[])) NOT VALID,
  DROP CONSTRAINT operation_attempts_outcome,
  ADD CONSTRAINT operation_attempts_outcome CHECK (outcome = ANY ('{done,refused,unknown,absent}'::text[])) NOT VALID;
