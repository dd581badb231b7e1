-- A transaction prepares each expression of a PL/pgSQL function anew that it comes to, and that of all rules of operations took a twelfth of what
-- PostgreSQL computes for an order alone. So a row meets the rules of its state, and an update those of a column by itself only if it writes one.
-- What is refused is what was refused, with the same names.

-- In an insert, OLD is null. With an argument, columns by themselves are looked at, too.
CREATE OR REPLACE FUNCTION operations_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text;
BEGIN
  IF NEW.state = 'submitting' THEN
    violated := CASE
      WHEN OLD.state <> 'submitting' THEN 'operations_forward'
      WHEN NEW.idempotency_key IS NULL
        OR (NEW.request_hash IS NULL AND NEW.type <> ALL ('{activateCard,setCardPin,verifyBinding}'))
        THEN 'operations_keyed'
      WHEN NEW.answer IS NOT NULL OR NEW.answer_status IS NOT NULL THEN 'operations_answer'
      WHEN NEW.lease_until IS NULL THEN 'operations_lease'
      WHEN NEW.refusal IS NOT NULL THEN 'operations_refusal'
      WHEN NEW.settled_at IS NOT NULL AND NEW.settled_by IS NOT NULL THEN 'operations_settled'
      WHEN NOT (NEW.settled_by = ANY ('{answer,look-up,callback,list,person}')) THEN 'operations_settled_by'
      WHEN NEW.silent_since IS NOT NULL THEN 'operations_silent'
      WHEN NEW.superseded_by IS NOT NULL THEN 'operations_superseded'
    END;
  ELSIF NEW.state = ANY ('{succeeded,refused}') THEN
    violated := CASE
      WHEN (OLD.state = ANY ('{succeeded,refused}')
          AND (OLD.state, OLD.settled_by, OLD.settled_at) IS DISTINCT FROM (NEW.state, NEW.settled_by, NEW.settled_at))
        OR (OLD.state = 'superseded' AND NEW.settled_by IS DISTINCT FROM 'answer')
        THEN 'operations_forward'
      WHEN CASE WHEN NEW.idempotency_key IS NULL THEN NEW.request_hash IS NOT NULL OR NEW.answer IS NOT NULL
        ELSE NEW.request_hash IS NULL AND NEW.type <> ALL ('{activateCard,setCardPin,verifyBinding}') END
        THEN 'operations_keyed'
      WHEN (NEW.answer_status IS NULL) <> (NEW.answer IS NULL) THEN 'operations_answer'
      WHEN NEW.lease_until IS NOT NULL THEN 'operations_lease'
      WHEN (NEW.state = 'refused') <> (NEW.refusal IS NOT NULL) THEN 'operations_refusal'
      WHEN NEW.settled_at IS NULL OR NEW.settled_by IS NULL THEN 'operations_settled'
      WHEN NOT (NEW.settled_by = ANY ('{answer,look-up,callback,list,person}')) THEN 'operations_settled_by'
      WHEN NEW.silent_since IS NOT NULL THEN 'operations_silent'
    END;
  ELSE
    violated := CASE
      WHEN NEW.state <> ALL ('{unknown,superseded}') THEN 'operations_state'
      WHEN OLD.state = ANY ('{succeeded,refused}') OR (OLD.state = 'superseded' AND NEW.state = 'unknown')
        OR (OLD.state = 'submitting' AND NEW.state = 'superseded')
        THEN 'operations_forward'
      WHEN NEW.idempotency_key IS NULL
        OR (NEW.request_hash IS NULL AND NEW.type <> ALL ('{activateCard,setCardPin,verifyBinding}'))
        THEN 'operations_keyed'
      WHEN NEW.answer IS NOT NULL OR NEW.answer_status IS NOT NULL THEN 'operations_answer'
      WHEN NEW.refusal IS NOT NULL THEN 'operations_refusal'
      WHEN NEW.settled_at IS NOT NULL AND NEW.settled_by IS NOT NULL THEN 'operations_settled'
      WHEN NOT (NEW.settled_by = ANY ('{answer,look-up,callback,list,person}')) THEN 'operations_settled_by'
      WHEN NEW.state = 'unknown' AND (NEW.unknown_because IS NULL OR NEW.unknown_since IS NULL OR NEW.settles_by IS NULL)
        THEN 'operations_unknown'
      WHEN NEW.state = 'superseded' AND NEW.lease_until IS NOT NULL THEN 'operations_lease'
      WHEN NEW.state = 'superseded' AND NEW.silent_since IS NOT NULL THEN 'operations_silent'
      WHEN CASE WHEN NEW.state = 'superseded' THEN NEW.superseded_by IS NULL OR NEW.superseded_by = NEW.id
          OR NEW.next_look_up_at IS NOT NULL OR NEW.unknown_since IS NULL
        ELSE NEW.superseded_by IS NOT NULL END
        THEN 'operations_superseded'
    END;
  END IF;
  IF TG_NARGS > 0 THEN
    violated := coalesce(violated, CASE
      WHEN NOT (NEW.type = ANY ('{createCardholder,reapplyCardholder,issueCard,activateCard,freezeCard,unfreezeCard,cancelCard,setCardPin,createTransfer,startBinding,verifyBinding,removeBinding,startSync}'))
        THEN 'operations_type'
      WHEN NOT (NEW.settles_by = ANY ('{look-up,person}')) THEN 'operations_settles_by'
      WHEN NOT (NEW.unknown_because = ANY ('{no_answer,unreadable_answer,unlisted_code}')) THEN 'operations_unknown_because'
      WHEN NOT (NEW.fence >= 1) THEN 'operations_fence'
      WHEN NOT (length(NEW.idempotency_key) = 71 AND NEW.idempotency_key ~ '^sha256:[0-9a-f]*$') THEN 'operations_key_is_hash'
      WHEN NOT (NEW.silent_ms >= 0) THEN 'operations_silent'
    END);
  END IF;
  IF violated IS NOT NULL THEN
    RAISE EXCEPTION 'new row of "%" violates "%"', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', CONSTRAINT = violated, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER operations_rules_new BEFORE INSERT ON operations
  FOR EACH ROW EXECUTE FUNCTION operations_rules('columns');
CREATE TRIGGER operations_rules_columns
  AFTER UPDATE OF type, settles_by, unknown_because, fence, idempotency_key, silent_ms ON operations
  FOR EACH ROW EXECUTE FUNCTION operations_rules('columns');
