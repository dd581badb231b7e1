-- Event destinations: each a cursor over the event log, with the events that it has passed without getting them through.
CREATE TABLE event_destinations (
  id                uuid PRIMARY KEY,
  tenant            text NOT NULL,
  url               text NOT NULL,
  types             text[] NOT NULL,
  account           text,
  description       text,
  -- What it may see: the scopes of the key that created it.
  scopes            text[] NOT NULL,
  -- The secrets that sign, as JSON: the newest one, and the one before until its end.
  secrets_sealed    bytea NOT NULL,
  secrets_key       text GENERATED ALWAYS AS (sealing_key_id(secrets_sealed)) STORED,
  status            text NOT NULL,
  disabled_reason   text,
  -- The next position to read. What is before it was delivered, or has a row in undelivered_events.
  position          bigint NOT NULL,
  -- A second cursor, over events to be posted once more.
  replay_position   bigint,
  replay_end        bigint,
  replay_types      text[],
  replay_after      timestamptz(3),
  replay_before     timestamptz(3),
  -- Attempts that failed since the last success, and when the first of them did.
  failures          integer NOT NULL DEFAULT 0,
  failing_since     timestamptz(3),
  -- Nothing is posted before.
  retry_at          timestamptz(3),
  last_success_at   timestamptz(3),
  -- Raised by every request that changes what its deliverer does, which then reads the row and its events anew.
  revision          integer NOT NULL DEFAULT 0,
  -- One process at a time delivers: each owner gets the next fence, and reports with an older one are ignored.
  fence             integer NOT NULL DEFAULT 0,
  lease_until       timestamptz(3),
  created_at        timestamptz(3) NOT NULL,
  updated_at        timestamptz(3) NOT NULL,
  CONSTRAINT event_destinations_url CHECK (length(url) BETWEEN 1 AND 1000),
  CONSTRAINT event_destinations_status CHECK (status IN ('active', 'failing', 'disabled')),
  CONSTRAINT event_destinations_disabled CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
  CONSTRAINT event_destinations_replay CHECK (
    num_nulls(replay_position, replay_end, replay_types, replay_after, replay_before) IN (0, 5))
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX event_destinations_url_key ON event_destinations (tenant, url);
CREATE INDEX event_destinations_tenant_idx ON event_destinations (tenant, id DESC);
CREATE INDEX event_destinations_secrets_key_idx ON event_destinations (secrets_key);
CREATE TRIGGER event_destinations_secrets_key_new AFTER INSERT ON event_destinations FOR EACH ROW
  WHEN (sealing_key_is_retired(NEW.secrets_key)) EXECUTE FUNCTION refuse_retired_sealing_key('secrets_key');
CREATE TRIGGER event_destinations_secrets_key_changed AFTER UPDATE OF secrets_sealed ON event_destinations FOR EACH ROW
  WHEN (NEW.secrets_key IS DISTINCT FROM OLD.secrets_key AND sealing_key_is_retired(NEW.secrets_key))
  EXECUTE FUNCTION refuse_retired_sealing_key('secrets_key');

-- Events that were tried and did not get through, later ones of the same subjects, and those to be posted once more.
CREATE TABLE undelivered_events (
  destination_id   uuid NOT NULL REFERENCES event_destinations (id) ON DELETE CASCADE,
  position         bigint NOT NULL,
  subject_id       uuid NOT NULL,
  attempts         integer NOT NULL,
  next_attempt_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (destination_id, position)
);

-- The log of all attempts. Without a foreign key: it outlives its destination, and goes by age.
CREATE TABLE delivery_attempts (
  id               uuid PRIMARY KEY,
  tenant           text NOT NULL,
  destination_id   uuid NOT NULL,
  event_id         uuid NOT NULL,
  type             text NOT NULL,
  attempt          integer NOT NULL,
  delivered        boolean NOT NULL,
  http_status      smallint,
  failure          text,
  answer           text,
  duration_ms      integer NOT NULL,
  attempted_at     timestamptz(3) NOT NULL,
  next_attempt_at  timestamptz(3)
);
CREATE INDEX delivery_attempts_destination_idx ON delivery_attempts (destination_id, id DESC);
CREATE INDEX delivery_attempts_event_idx ON delivery_attempts (event_id, id DESC);

CREATE TYPE event_destination_image AS (
  id uuid, url text, types text[], account text, description text, scopes text[], status text, disabled_reason text,
  failing_since timestamptz(3), last_success_at timestamptz(3), created_at timestamptz(3), updated_at timestamptz(3)
);
CREATE FUNCTION destination_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, kind, type, subject_id, subject_version, image, previous, created_at)
  VALUES (NEW.tenant, 'destination', 'destination.' || NEW.status, NEW.id, coalesce(
      (SELECT max(subject_version) FROM public.events e WHERE e.subject_id = NEW.id),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = NEW.id), 0) + 1,
    to_json(ROW(NEW.id, NEW.url, NEW.types, NEW.account, NEW.description, NEW.scopes, NEW.status, NEW.disabled_reason,
      NEW.failing_since, NEW.last_success_at, NEW.created_at, NEW.updated_at)::public.event_destination_image),
    json_build_object('status', OLD.status, 'disabled_reason', OLD.disabled_reason, 'failing_since', OLD.failing_since,
      'last_success_at', OLD.last_success_at),
    clock_timestamp());
  RETURN NULL;
END
$$;
CREATE TRIGGER event_destinations_changed AFTER UPDATE OF status ON event_destinations FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND NEW.status <> 'active') EXECUTE FUNCTION destination_changed();
