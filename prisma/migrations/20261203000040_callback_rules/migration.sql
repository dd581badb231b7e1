-- As those of operations: parsed once by a session, not in each statement.
ALTER TABLE callbacks
  DROP CONSTRAINT callbacks_kind,
  DROP CONSTRAINT callbacks_state,
  DROP CONSTRAINT callbacks_decision,
  DROP CONSTRAINT callbacks_deduplication_key,
  DROP CONSTRAINT callbacks_deliveries,
  DROP CONSTRAINT callbacks_decided,
  DROP CONSTRAINT callbacks_worked,
  DROP CONSTRAINT callbacks_failure;
CREATE FUNCTION callbacks_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN NOT (NEW.kind = ANY ('{card_changed,card_hint,transaction,transaction_hint,authorization,bindings_hint,other}'))
      THEN 'callbacks_kind'
    WHEN NOT (NEW.state = ANY ('{received,worked,failed}')) THEN 'callbacks_state'
    WHEN NOT (NEW.decision = ANY ('{approve,decline}')) THEN 'callbacks_decision'
    WHEN NOT (length(NEW.deduplication_key) BETWEEN 1 AND 200) THEN 'callbacks_deduplication_key'
    WHEN NOT (NEW.deliveries > 0) THEN 'callbacks_deliveries'
    WHEN NOT ((NEW.kind = 'authorization') = (NEW.decision IS NOT NULL)) THEN 'callbacks_decided'
    WHEN NOT ((NEW.state = 'worked') = (NEW.worked_at IS NOT NULL)) THEN 'callbacks_worked'
    WHEN NOT ((NEW.state = 'failed') = (NEW.failure IS NOT NULL)) THEN 'callbacks_failure'
  END;
BEGIN
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER callbacks_rules_new BEFORE INSERT ON callbacks FOR EACH ROW EXECUTE FUNCTION callbacks_rules();
CREATE TRIGGER callbacks_rules_changed AFTER UPDATE ON callbacks FOR EACH ROW EXECUTE FUNCTION callbacks_rules();
