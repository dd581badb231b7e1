-- When the latest event was written that retention removed before the destination got it.
ALTER TABLE event_destinations ADD COLUMN missed_until timestamptz(3);

-- What its view shows besides.
ALTER TYPE event_destination_image
  ADD ATTRIBUTE replay_position bigint,
  ADD ATTRIBUTE replay_end bigint,
  ADD ATTRIBUTE replay_types text[],
  ADD ATTRIBUTE replay_after timestamptz(3),
  ADD ATTRIBUTE replay_before timestamptz(3),
  ADD ATTRIBUTE missed_until timestamptz(3);
CREATE OR REPLACE FUNCTION destination_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, kind, type, subject_id, subject_version, image, previous, created_at)
  VALUES (NEW.tenant, 'destination', 'destination.' || NEW.status, NEW.id, coalesce(
      (SELECT max(subject_version) FROM public.events e WHERE e.subject_id = NEW.id),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = NEW.id), 0) + 1,
    to_json(ROW(NEW.id, NEW.url, NEW.types, NEW.account, NEW.description, NEW.scopes, NEW.status, NEW.disabled_reason,
      NEW.failing_since, NEW.last_success_at, NEW.created_at, NEW.updated_at, NEW.replay_position, NEW.replay_end,
      NEW.replay_types, NEW.replay_after, NEW.replay_before, NEW.missed_until)::public.event_destination_image),
    json_build_object('status', OLD.status, 'disabled_reason', OLD.disabled_reason, 'failing_since', OLD.failing_since,
      'last_success_at', OLD.last_success_at),
    clock_timestamp());
  RETURN NULL;
END
$$;
