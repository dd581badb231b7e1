-- A write of unknown outcome is superseded once a later write of the same thing has succeeded: nothing can show any more
-- what became of it but the answer to its own call.
ALTER TABLE operations
  ADD COLUMN superseded_by uuid,
  -- As of when the state of its card was known as a change was recorded; null for other writes.
  ADD COLUMN known_at timestamptz(3),
  DROP CONSTRAINT operations_state,
  ADD CONSTRAINT operations_state CHECK (state IN ('submitting', 'succeeded', 'refused', 'unknown', 'superseded')),
  ADD CONSTRAINT operations_superseded CHECK (CASE state WHEN 'superseded'
    THEN superseded_by IS NOT NULL AND superseded_by <> id AND next_look_up_at IS NULL AND unknown_since IS NOT NULL
    WHEN 'succeeded' THEN true WHEN 'refused' THEN true ELSE superseded_by IS NULL END);

-- What supersedes a write has itself succeeded. Looked at when the transaction commits, as all evidence is.
CREATE FUNCTION operations_require_successor() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM operations WHERE id = NEW.superseded_by AND state = 'succeeded';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'operation % cannot be superseded by %, which has not succeeded', NEW.id, NEW.superseded_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_successor';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER operations_successor AFTER INSERT OR UPDATE OF state, superseded_by ON operations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'superseded')
  EXECUTE FUNCTION operations_require_successor();

-- State never goes backwards: only what is unknown is superseded, and then only the answer to its own call still closes it.
DROP TRIGGER operations_forward ON operations;
CREATE TRIGGER operations_forward BEFORE UPDATE OF state, settled_by, settled_at ON operations
  FOR EACH ROW WHEN (
    (OLD.state IN ('succeeded', 'refused')
      AND (OLD.state, OLD.settled_by, OLD.settled_at) IS DISTINCT FROM (NEW.state, NEW.settled_by, NEW.settled_at))
    OR (OLD.state = 'unknown' AND NEW.state = 'submitting')
    OR (OLD.state = 'superseded' AND (NEW.state IN ('submitting', 'unknown')
      OR (NEW.state <> 'superseded' AND NEW.settled_by IS DISTINCT FROM 'answer')))
    OR (OLD.state = 'submitting' AND NEW.state = 'superseded'))
  EXECUTE FUNCTION operations_refuse_change();

-- The writes of one resource, also those that are settled: which of them a state may be the work of.
CREATE INDEX operations_resource_idx ON operations (resource_id);
DROP INDEX operations_open_resource_idx;
