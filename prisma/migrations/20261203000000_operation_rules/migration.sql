-- PostgreSQL parses the text of each CHECK, and of each trigger's condition, anew in each statement: three tenths of what it computes for
-- an order. A function is parsed once by a session. So the rules for rows that requests write are functions. They say what the CHECKs
-- said, with the same error and names: a rule holds unless it is false. They see a new row before it is stored, as a CHECK does, but
-- a changed one afterwards: before, PostgreSQL would lock it first.
ALTER TABLE operations
  DROP CONSTRAINT operations_type,
  DROP CONSTRAINT operations_state,
  DROP CONSTRAINT operations_settles_by,
  DROP CONSTRAINT operations_settled_by,
  DROP CONSTRAINT operations_unknown_because,
  DROP CONSTRAINT operations_fence,
  DROP CONSTRAINT operations_key_is_hash,
  DROP CONSTRAINT operations_keyed,
  DROP CONSTRAINT operations_answer,
  DROP CONSTRAINT operations_lease,
  DROP CONSTRAINT operations_refusal,
  DROP CONSTRAINT operations_settled,
  DROP CONSTRAINT operations_silent,
  DROP CONSTRAINT operations_unknown,
  DROP CONSTRAINT operations_superseded;
CREATE FUNCTION operations_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN NOT (NEW.type = ANY ('{createCardholder,reapplyCardholder,issueCard,activateCard,freezeCard,unfreezeCard,cancelCard,setCardPin,createTransfer,startBinding,verifyBinding,removeBinding,startSync}'))
      THEN 'operations_type'
    WHEN NOT (NEW.state = ANY ('{submitting,succeeded,refused,unknown,superseded}')) THEN 'operations_state'
    WHEN NOT (NEW.settles_by = ANY ('{look-up,person}')) THEN 'operations_settles_by'
    WHEN NOT (NEW.settled_by = ANY ('{answer,look-up,callback,list,person}')) THEN 'operations_settled_by'
    WHEN NOT (NEW.unknown_because = ANY ('{no_answer,unreadable_answer,unlisted_code}')) THEN 'operations_unknown_because'
    WHEN NOT (NEW.fence >= 1) THEN 'operations_fence'
    WHEN NOT (length(NEW.idempotency_key) = 71 AND NEW.idempotency_key ~ '^sha256:[0-9a-f]*$') THEN 'operations_key_is_hash'
    WHEN NOT (((NEW.idempotency_key IS NULL) = (NEW.request_hash IS NULL)
        OR (NEW.request_hash IS NULL AND NEW.type = ANY ('{activateCard,setCardPin,verifyBinding}')))
      AND (NEW.idempotency_key IS NOT NULL OR (NEW.state = ANY ('{succeeded,refused}') AND NEW.answer IS NULL)))
      THEN 'operations_keyed'
    WHEN NOT ((NEW.answer_status IS NULL) = (NEW.answer IS NULL)
      AND (NEW.answer IS NULL OR NEW.state = ANY ('{succeeded,refused}')))
      THEN 'operations_answer'
    WHEN NOT (NEW.state = 'unknown' OR (NEW.state = 'submitting') = (NEW.lease_until IS NOT NULL)) THEN 'operations_lease'
    WHEN NOT ((NEW.state = 'refused') = (NEW.refusal IS NOT NULL)) THEN 'operations_refusal'
    WHEN NOT ((NEW.state = ANY ('{succeeded,refused}')) = (NEW.settled_at IS NOT NULL AND NEW.settled_by IS NOT NULL))
      THEN 'operations_settled'
    WHEN NOT (NEW.silent_ms >= 0 AND (NEW.silent_since IS NULL OR NEW.state = 'unknown')) THEN 'operations_silent'
    WHEN NOT (NEW.state <> 'unknown'
      OR (NEW.unknown_because IS NOT NULL AND NEW.unknown_since IS NOT NULL AND NEW.settles_by IS NOT NULL))
      THEN 'operations_unknown'
    WHEN NOT (CASE WHEN NEW.state = 'superseded'
      THEN NEW.superseded_by IS NOT NULL AND NEW.superseded_by <> NEW.id AND NEW.next_look_up_at IS NULL AND NEW.unknown_since IS NOT NULL
      ELSE NEW.superseded_by IS NULL OR NEW.state = ANY ('{succeeded,refused}') END)
      THEN 'operations_superseded'
  END;
BEGIN
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER operations_rules_new BEFORE INSERT ON operations FOR EACH ROW EXECUTE FUNCTION operations_rules();
CREATE TRIGGER operations_rules_changed AFTER UPDATE ON operations FOR EACH ROW EXECUTE FUNCTION operations_rules();

-- One trigger for what versions before wrote into an operation: a key as it came, and the hash of a request with its code.
CREATE FUNCTION operations_hash() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF length(NEW.idempotency_key) <> 71 OR NEW.idempotency_key !~ '^sha256:[0-9a-f]*$' THEN
    NEW.idempotency_key := 'sha256:' || encode(sha256(convert_to(NEW.idempotency_key, 'UTF8')), 'hex');
  END IF;
  IF NEW.type = ANY ('{activateCard,setCardPin,verifyBinding}') AND NEW.request_hash NOT LIKE '%:partial:%' THEN
    NEW.request_hash := NULL;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER operations_hashed BEFORE INSERT OR UPDATE OF idempotency_key, request_hash ON operations
  FOR EACH ROW EXECUTE FUNCTION operations_hash();
DROP TRIGGER operations_key_hashed ON operations;
DROP TRIGGER operations_code_left_out ON operations;
DROP FUNCTION operations_leave_out_code();
