-- The Idempotency-Keys of before, hashed by the triggers: a repeat of each is still known.
UPDATE operations SET idempotency_key = idempotency_key WHERE idempotency_key !~ '^sha256:[0-9a-f]{64}$';
UPDATE operation_resolutions SET idempotency_key = idempotency_key WHERE idempotency_key !~ '^sha256:[0-9a-f]{64}$';

ALTER TABLE operations VALIDATE CONSTRAINT operations_key_is_hash;
ALTER TABLE operation_resolutions VALIDATE CONSTRAINT operation_resolutions_key_is_hash;
