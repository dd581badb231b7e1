-- Leases, fences, look-ups that know of silence, a person's resolution, and keys that are forgotten after a while.

-- Who works on an operation holds a lease until `lease_until` under a fence number; each new owner has the next number, so
-- that what an owner of before still writes does not land.
ALTER TABLE operations
  ALTER COLUMN idempotency_key DROP NOT NULL,
  ALTER COLUMN request_hash DROP NOT NULL,
  -- The text as it was answered, member by member in its order: a repeat gets the same bytes.
  ALTER COLUMN answer TYPE json USING answer::json,
  ADD COLUMN fence         integer NOT NULL DEFAULT 1,
  ADD COLUMN lease_until   timestamptz(3),
  ADD COLUMN silent_since  timestamptz(3),
  ADD COLUMN silent_ms     bigint NOT NULL DEFAULT 0;

-- Sent before there were leases: as long as a call could last then.
UPDATE operations SET lease_until = created_at + interval '45 seconds' WHERE state = 'submitting';

ALTER TABLE operations
  DROP CONSTRAINT operations_type,
  ADD CONSTRAINT operations_type CHECK (type IN ('createCardholder', 'issueCard', 'activateCard', 'freezeCard', 'unfreezeCard', 'cancelCard',
    'setCardPin', 'createTransfer', 'startBinding', 'verifyBinding', 'removeBinding', 'startSync')),
  DROP CONSTRAINT operations_settled_by,
  ADD CONSTRAINT operations_settled_by CHECK (settled_by IN ('answer', 'look-up', 'callback', 'list', 'person')),
  -- A key and the hash of its request go together; only what is settled may be without.
  ADD CONSTRAINT operations_keyed CHECK ((idempotency_key IS NULL) = (request_hash IS NULL)
    AND (idempotency_key IS NOT NULL OR (state IN ('succeeded', 'refused') AND answer IS NULL))),
  ADD CONSTRAINT operations_lease CHECK (CASE state WHEN 'submitting' THEN lease_until IS NOT NULL
    WHEN 'unknown' THEN true ELSE lease_until IS NULL END),
  ADD CONSTRAINT operations_fence CHECK (fence >= 1),
  ADD CONSTRAINT operations_silent CHECK (silent_ms >= 0 AND (silent_since IS NULL OR state = 'unknown'));

-- What the daily job looks for: keys of what was settled long ago.
CREATE INDEX operations_kept_keys_idx ON operations (settled_at) WHERE idempotency_key IS NOT NULL AND settled_at IS NOT NULL;

ALTER TABLE operation_attempts
  DROP CONSTRAINT operation_attempts_kind,
  ADD CONSTRAINT operation_attempts_kind CHECK (kind IN ('send', 'look-up', 'callback', 'list', 'person'));

-- What a person found out of a write that no evidence could settle.
CREATE TABLE operation_resolutions (
  operation_id     uuid PRIMARY KEY REFERENCES operations (id) ON DELETE CASCADE,
  tenant           text NOT NULL,
  resolved_by      text NOT NULL,
  api_key          text NOT NULL,
  idempotency_key  text,
  request_hash     text,
  outcome          text NOT NULL,
  reason           text NOT NULL,
  provider_ref     text,
  resolved_at      timestamptz(3) NOT NULL,
  CONSTRAINT operation_resolutions_by CHECK (resolved_by <> ''),
  CONSTRAINT operation_resolutions_outcome CHECK (outcome IN ('succeeded', 'refused')),
  CONSTRAINT operation_resolutions_reason CHECK (length(reason) BETWEEN 1 AND 500),
  CONSTRAINT operation_resolutions_keyed CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
);
CREATE UNIQUE INDEX operation_resolutions_key ON operation_resolutions (tenant, resolved_by, idempotency_key);
CREATE INDEX operation_resolutions_at_idx ON operation_resolutions (resolved_at) WHERE idempotency_key IS NOT NULL;

-- An operation is closed by what a provider said of it, kept as an attempt, or by a person who gave a name and a reason.
-- Looked at when the transaction commits, so that both may be written in any order.
CREATE FUNCTION operations_require_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER operations_evidence AFTER INSERT OR UPDATE OF state, settled_by ON operations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state IN ('succeeded', 'refused'))
  EXECUTE FUNCTION operations_require_evidence();

-- State never goes backwards: what is closed stays as it was closed, and nothing is being sent again.
CREATE FUNCTION operations_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'operation % is % and cannot become %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_forward';
END $$;
CREATE TRIGGER operations_forward BEFORE UPDATE OF state, settled_by, settled_at ON operations
  FOR EACH ROW WHEN (
    (OLD.state IN ('succeeded', 'refused')
      AND (OLD.state, OLD.settled_by, OLD.settled_at) IS DISTINCT FROM (NEW.state, NEW.settled_by, NEW.settled_at))
    OR (OLD.state = 'unknown' AND NEW.state = 'submitting'))
  EXECUTE FUNCTION operations_refuse_change();

-- Whether a sync of an account is due.
CREATE INDEX syncs_account_idx ON syncs (account, created_at DESC);
-- The syncs that are not over: few rows, asked for each minute.
CREATE INDEX syncs_open_idx ON syncs (created_at) WHERE state IN ('queued', 'running');
-- What is not settled on a card that a list or a callback describes.
CREATE INDEX operations_open_resource_idx ON operations (resource_id) WHERE state IN ('submitting', 'unknown');
