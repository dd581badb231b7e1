-- As those of operations: parsed once by a session, not in each statement.
ALTER TABLE cards
  DROP CONSTRAINT cards_status,
  DROP CONSTRAINT cards_form,
  DROP CONSTRAINT cards_bin,
  DROP CONSTRAINT cards_last4,
  DROP CONSTRAINT cards_expiry,
  DROP CONSTRAINT cards_sealed_has_fingerprint;
CREATE FUNCTION cards_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN NOT (NEW.status = ANY ('{pending,inactive,active,frozen,cancelling,cancelled,failed,lost,replaced,unrecognized}'))
      THEN 'cards_status'
    WHEN NOT (NEW.form = ANY ('{virtual,physical}')) THEN 'cards_form'
    WHEN NOT (NEW.bin ~ '^[0-9]{6}$') THEN 'cards_bin'
    WHEN NOT (NEW.last4 ~ '^[0-9]{4}$') THEN 'cards_last4'
    WHEN NOT (NEW.expiry ~ '^[0-9]{4}-(0[1-9]|1[0-2])$') THEN 'cards_expiry'
    WHEN NOT ((NEW.pan_sealed IS NULL) = (NEW.pan_fingerprint IS NULL)) THEN 'cards_sealed_has_fingerprint'
  END;
BEGIN
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER cards_rules_new BEFORE INSERT ON cards FOR EACH ROW EXECUTE FUNCTION cards_rules();
CREATE TRIGGER cards_rules_changed AFTER UPDATE ON cards FOR EACH ROW EXECUTE FUNCTION cards_rules();
