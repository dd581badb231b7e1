-- Whether the provider of an account is asked, as the process said whose circuit opened or closed last. Its health is that of then.
CREATE TABLE account_circuits (
  account          text PRIMARY KEY,
  tenant           text NOT NULL,
  provider         text NOT NULL,
  -- What the events of an account are about.
  id               uuid NOT NULL DEFAULT gen_random_uuid(),
  circuit          text NOT NULL CONSTRAINT account_circuits_circuit CHECK (circuit IN ('open', 'closed')),
  status           text NOT NULL,
  last_answer_at   timestamptz(3),
  last_failure_at  timestamptz(3),
  last_failure     text
);

CREATE TYPE account_image AS (
  id uuid, provider text, account text, status text, last_answer_at timestamptz(3), last_failure_at timestamptz(3),
  last_failure text, circuit text
);
CREATE FUNCTION account_circuit_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, image, previous)
  VALUES (NEW.tenant, NEW.provider, NEW.account, 'account',
    CASE NEW.circuit WHEN 'open' THEN 'account.circuit_opened' ELSE 'account.circuit_closed' END,
    NEW.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = NEW.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = NEW.id), 0) + 1,
    to_json(ROW(NEW.id, NEW.provider, NEW.account, NEW.status, NEW.last_answer_at, NEW.last_failure_at, NEW.last_failure,
      NEW.circuit)::public.account_image),
    CASE TG_OP WHEN 'UPDATE' THEN json_build_object('status', OLD.status, 'last_answer_at', OLD.last_answer_at,
      'last_failure_at', OLD.last_failure_at, 'last_failure', OLD.last_failure, 'circuit', OLD.circuit) END);
  RETURN NULL;
END
$$;
CREATE TRIGGER account_circuits_opened AFTER INSERT ON account_circuits FOR EACH ROW
  WHEN (NEW.circuit = 'open') EXECUTE FUNCTION account_circuit_changed();
CREATE TRIGGER account_circuits_changed AFTER UPDATE OF circuit ON account_circuits FOR EACH ROW
  WHEN (OLD.circuit <> NEW.circuit) EXECUTE FUNCTION account_circuit_changed();
