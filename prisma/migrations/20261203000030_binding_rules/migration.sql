-- As those of operations: parsed once by a session, not in each statement.
ALTER TABLE bindings
  DROP CONSTRAINT bindings_status,
  DROP CONSTRAINT bindings_kind,
  DROP CONSTRAINT bindings_masked,
  DROP CONSTRAINT bindings_last4,
  DROP CONSTRAINT bindings_attempts,
  DROP CONSTRAINT bindings_challenge,
  DROP CONSTRAINT bindings_removed_has_no_token;
CREATE FUNCTION bindings_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN NOT (NEW.status = ANY ('{starting,awaiting_code,verifying,bound,not_required,expired,refused,removed}')) THEN 'bindings_status'
    WHEN NOT (NEW.kind = ANY ('{bank_card,token,subscription}')) THEN 'bindings_kind'
    WHEN NOT (NEW.masked_number !~ '[0-9]{9}') THEN 'bindings_masked'
    WHEN NOT (NEW.last4 ~ '^[0-9]{4}$') THEN 'bindings_last4'
    WHEN NOT (NEW.attempts_left >= 0) THEN 'bindings_attempts'
    WHEN NOT (NEW.status <> ALL ('{awaiting_code,verifying}')
      OR (NEW.challenge_ref IS NOT NULL AND NEW.challenge_expires_at IS NOT NULL AND NEW.attempts_left IS NOT NULL))
      THEN 'bindings_challenge'
    WHEN NOT (NEW.status <> 'removed' OR NEW.token_sealed IS NULL) THEN 'bindings_removed_has_no_token'
  END;
BEGIN
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER bindings_rules_new BEFORE INSERT ON bindings FOR EACH ROW EXECUTE FUNCTION bindings_rules();
CREATE TRIGGER bindings_rules_changed AFTER UPDATE ON bindings FOR EACH ROW EXECUTE FUNCTION bindings_rules();
