-- The hash of a request with a security code, a PIN or an SMS code in it tells the code to whoever has the key: there are so few
-- codes that all are tried in seconds. So these requests are hashed without, and their hashes say so. A gateway of before, which
-- may serve a while yet, writes the others: they are not kept.
ALTER TABLE operations
  DROP CONSTRAINT operations_keyed,
  ADD CONSTRAINT operations_keyed CHECK (
    ((idempotency_key IS NULL) = (request_hash IS NULL)
      OR (request_hash IS NULL AND type IN ('activateCard', 'setCardPin', 'verifyBinding')))
    AND (idempotency_key IS NOT NULL OR (state IN ('succeeded', 'refused') AND answer IS NULL))) NOT VALID;

CREATE FUNCTION operations_leave_out_code() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.request_hash := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER operations_code_left_out BEFORE INSERT OR UPDATE OF request_hash ON operations FOR EACH ROW
  WHEN (NEW.type IN ('activateCard', 'setCardPin', 'verifyBinding') AND NEW.request_hash NOT LIKE '%:partial:%')
  EXECUTE FUNCTION operations_leave_out_code();
