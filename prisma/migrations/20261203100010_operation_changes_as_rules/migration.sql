-- The conditions of triggers, too, are parsed anew in each statement. Those of operations become part of functions, which a session
-- parses once. They refuse what they refused, with the same names: what an operation may become ("forward"), after its update.

-- In an insert, OLD is null.
CREATE OR REPLACE FUNCTION operations_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  violated text := CASE
    WHEN (OLD.state = ANY ('{succeeded,refused}')
        AND (OLD.state, OLD.settled_by, OLD.settled_at) IS DISTINCT FROM (NEW.state, NEW.settled_by, NEW.settled_at))
      OR (OLD.state = 'unknown' AND NEW.state = 'submitting')
      OR (OLD.state = 'superseded' AND (NEW.state = ANY ('{submitting,unknown}')
        OR (NEW.state <> 'superseded' AND NEW.settled_by IS DISTINCT FROM 'answer')))
      OR (OLD.state = 'submitting' AND NEW.state = 'superseded')
      THEN 'operations_forward'
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
DROP TRIGGER operations_forward ON operations;
DROP FUNCTION operations_refuse_change();

-- One deferred trigger for what another row has to say. An order's insert, which needs neither, keeps a condition and so fires none.
DROP TRIGGER operations_evidence ON operations;
DROP TRIGGER operations_successor ON operations;
DROP FUNCTION operations_require_successor();
CREATE OR REPLACE FUNCTION operations_require_evidence() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.state = 'superseded' THEN
    PERFORM 1 FROM operations WHERE id = NEW.superseded_by AND state = 'succeeded';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'operation % cannot be superseded by %, which has not succeeded', NEW.id, NEW.superseded_by
        USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_successor';
    END IF;
  ELSIF NEW.state = ANY ('{succeeded,refused}') THEN
    IF NEW.settled_by = 'person' THEN
      PERFORM 1 FROM operation_resolutions WHERE operation_id = NEW.id AND outcome = NEW.state;
    ELSE
      PERFORM 1 FROM operation_attempts
        WHERE operation_id = NEW.id AND outcome = CASE NEW.state WHEN 'succeeded' THEN 'done' ELSE 'refused' END;
    END IF;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'operation % cannot be % without evidence or a person''s word', NEW.id, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_evidence';
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER operations_evidence AFTER UPDATE OF state, settled_by, superseded_by ON operations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION operations_require_evidence();
CREATE CONSTRAINT TRIGGER operations_evidence_new AFTER INSERT ON operations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'submitting') EXECUTE FUNCTION operations_require_evidence();
