-- A caller's Idempotency-Key may be anything, a card number too: of each only its SHA-256 is kept. Gateways hash it before it comes
-- here; one of the version before, which may serve a while yet, does not, so that the database does it.
CREATE FUNCTION hash_idempotency_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.idempotency_key := 'sha256:' || encode(sha256(convert_to(NEW.idempotency_key, 'UTF8')), 'hex');
  RETURN NEW;
END $$;
CREATE TRIGGER operations_key_hashed BEFORE INSERT OR UPDATE OF idempotency_key ON operations FOR EACH ROW
  WHEN (NEW.idempotency_key !~ '^sha256:[0-9a-f]{64}$') EXECUTE FUNCTION hash_idempotency_key();
CREATE TRIGGER operation_resolutions_key_hashed BEFORE INSERT OR UPDATE OF idempotency_key ON operation_resolutions FOR EACH ROW
  WHEN (NEW.idempotency_key !~ '^sha256:[0-9a-f]{64}$') EXECUTE FUNCTION hash_idempotency_key();

ALTER TABLE operations
  ADD CONSTRAINT operations_key_is_hash CHECK (idempotency_key ~ '^sha256:[0-9a-f]{64}$') NOT VALID;
ALTER TABLE operation_resolutions
  ADD CONSTRAINT operation_resolutions_key_is_hash CHECK (idempotency_key ~ '^sha256:[0-9a-f]{64}$') NOT VALID;
