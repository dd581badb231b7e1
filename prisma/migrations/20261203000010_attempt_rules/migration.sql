-- As those of operations: parsed once by a session, not in each statement.
ALTER TABLE operation_attempts
  DROP CONSTRAINT operation_attempts_kind,
  DROP CONSTRAINT operation_attempts_outcome,
  DROP CONSTRAINT operation_attempts_number,
  DROP CONSTRAINT operation_attempts_send_once;
CREATE FUNCTION operation_attempts_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN NOT (NEW.kind = ANY ('{send,look-up,callback,list,person}')) THEN 'operation_attempts_kind'
    WHEN NOT (NEW.outcome = ANY ('{done,refused,unknown,absent}')) THEN 'operation_attempts_outcome'
    WHEN NOT (NEW.number >= 0) THEN 'operation_attempts_number'
    WHEN NOT (NEW.kind <> 'send' OR NEW.number = 0) THEN 'operation_attempts_send_once'
  END;
BEGIN
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER operation_attempts_rules_new BEFORE INSERT ON operation_attempts FOR EACH ROW EXECUTE FUNCTION operation_attempts_rules();
CREATE TRIGGER operation_attempts_rules_changed AFTER UPDATE ON operation_attempts FOR EACH ROW EXECUTE FUNCTION operation_attempts_rules();
