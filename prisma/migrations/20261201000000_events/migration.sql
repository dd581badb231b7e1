-- The event log: one row for each change of a resource, written by the statement that changes it.
CREATE TABLE events (
  -- Drawn when the event is written, so not the order of commits: event_runs has that.
  number           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant           text NOT NULL,
  provider         text,
  account          text,
  kind             text NOT NULL,
  type             text NOT NULL,
  subject_id       uuid NOT NULL,
  subject_version  integer NOT NULL,
  -- The write that changed the subject in the same transaction, and the request that asked for it.
  operation_id     uuid,
  request_id       text,
  -- The subject's shown columns after the change, a row of the type <kind>_image.
  image            json NOT NULL,
  -- Those that changed, as they were before.
  previous         json,
  created_at       timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX events_subject_idx ON events (subject_id, subject_version);

-- Positions of events in the order in which all readers see them: the event with the number n of a run has the position
-- position + (n - number). Each pass of the sequencer adds runs behind all others; that two do so at once, the key prevents.
CREATE TABLE event_runs (
  position  bigint PRIMARY KEY,
  number    bigint NOT NULL,
  length    integer NOT NULL,
  -- Of a pass's last run: the greatest number that has a position, and the smaller ones that may still be committed.
  highest   bigint,
  missing   int8multirange
);

-- The request that asked for a write.
ALTER TABLE operations ADD COLUMN request_id text;

-- The last version of a subject whose events have all been removed.
CREATE TABLE event_versions (
  subject_id       uuid PRIMARY KEY,
  subject_version  integer NOT NULL
);

-- In the functions below, a FULL JOIN on the same rows is a join that the planner never does row by row. Their plans are kept by a
-- session, so they must not read a table whole because it was empty when the plan was made. What they read is named with its
-- schema, so that no temporary table is found first. A row that is inserted with a write was inserted by it.

CREATE TYPE card_image AS (
  id uuid, provider text, account text, provider_ref text, product_ref text, cardholder_ref text, form text,
  network text, last4 text, expiry text, status text, provider_status text, balance numeric, total_loaded numeric,
  activated_at timestamptz(3), cancel_requested_at timestamptz(3), cancelled_at timestamptz(3), operation_id uuid,
  created_at timestamptz(3), updated_at timestamptz(3), synced_at timestamptz(3)
);
CREATE FUNCTION card_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image)
  SELECT n.tenant, n.provider, n.account, 'card',
    CASE n.status WHEN 'active' THEN 'card.activated' ELSE 'card.' || n.status END,
    n.id, 1, n.operation_id, (SELECT request_id FROM public.operations w WHERE w.id = n.operation_id),
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.product_ref, n.cardholder_ref, n.form, n.network, n.last4,
      n.expiry, n.status, n.provider_status, n.balance, n.total_loaded, n.activated_at, n.cancel_requested_at,
      n.cancelled_at, n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.card_image)
  FROM new_rows n;
  RETURN NULL;
END
$$;
CREATE TRIGGER cards_inserted AFTER INSERT ON cards REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION card_inserted();
CREATE FUNCTION card_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'card',
    CASE
      WHEN o.status = n.status THEN 'card.updated'
      WHEN n.status = 'active' AND o.status = 'frozen' THEN 'card.unfrozen'
      WHEN n.status = 'active' THEN 'card.activated'
      ELSE 'card.' || n.status
    END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.product_ref, n.cardholder_ref, n.form, n.network, n.last4,
      n.expiry, n.status, n.provider_status, n.balance, n.total_loaded, n.activated_at, n.cancel_requested_at,
      n.cancelled_at, n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.card_image),
    changed.columns
  FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (SELECT ('{' || concat_ws(',',
        CASE WHEN o.status IS DISTINCT FROM n.status THEN '"status":' || coalesce(to_json(o.status)::text, 'null') END,
        CASE WHEN o.provider_ref IS DISTINCT FROM n.provider_ref THEN '"provider_ref":' || coalesce(to_json(o.provider_ref)::text, 'null') END,
        CASE WHEN o.product_ref IS DISTINCT FROM n.product_ref THEN '"product_ref":' || coalesce(to_json(o.product_ref)::text, 'null') END,
        CASE WHEN o.cardholder_ref IS DISTINCT FROM n.cardholder_ref THEN '"cardholder_ref":' || coalesce(to_json(o.cardholder_ref)::text, 'null') END,
        CASE WHEN o.form IS DISTINCT FROM n.form THEN '"form":' || coalesce(to_json(o.form)::text, 'null') END,
        CASE WHEN o.network IS DISTINCT FROM n.network THEN '"network":' || coalesce(to_json(o.network)::text, 'null') END,
        CASE WHEN o.last4 IS DISTINCT FROM n.last4 THEN '"last4":' || coalesce(to_json(o.last4)::text, 'null') END,
        CASE WHEN o.expiry IS DISTINCT FROM n.expiry THEN '"expiry":' || coalesce(to_json(o.expiry)::text, 'null') END,
        CASE WHEN o.provider_status IS DISTINCT FROM n.provider_status THEN '"provider_status":' || coalesce(to_json(o.provider_status)::text, 'null') END,
        CASE WHEN o.balance IS DISTINCT FROM n.balance THEN '"balance":' || coalesce(to_json(o.balance)::text, 'null') END,
        CASE WHEN o.total_loaded IS DISTINCT FROM n.total_loaded THEN '"total_loaded":' || coalesce(to_json(o.total_loaded)::text, 'null') END,
        CASE WHEN o.activated_at IS DISTINCT FROM n.activated_at THEN '"activated_at":' || coalesce(to_json(o.activated_at)::text, 'null') END,
        CASE WHEN o.cancel_requested_at IS DISTINCT FROM n.cancel_requested_at THEN '"cancel_requested_at":' || coalesce(to_json(o.cancel_requested_at)::text, 'null') END,
        CASE WHEN o.cancelled_at IS DISTINCT FROM n.cancelled_at THEN '"cancelled_at":' || coalesce(to_json(o.cancelled_at)::text, 'null') END) || '}')::json AS columns OFFSET 0) changed
    LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = n.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true
  WHERE changed.columns::text <> '{}';
  RETURN NULL;
END
$$;
CREATE TRIGGER cards_updated AFTER UPDATE ON cards REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION card_updated();

CREATE TYPE cardholder_image AS (
  id uuid, provider text, account text, provider_ref text, reference text, status text, provider_status text,
  fail_reason text, operation_id uuid, created_at timestamptz(3), updated_at timestamptz(3), synced_at timestamptz(3)
);
CREATE FUNCTION cardholder_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image)
  SELECT n.tenant, n.provider, n.account, 'cardholder',
    'cardholder.' || n.status,
    n.id, 1, n.operation_id, (SELECT request_id FROM public.operations w WHERE w.id = n.operation_id),
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.reference, n.status, n.provider_status, n.fail_reason,
      n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.cardholder_image)
  FROM new_rows n;
  RETURN NULL;
END
$$;
CREATE TRIGGER cardholders_inserted AFTER INSERT ON cardholders REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION cardholder_inserted();
CREATE FUNCTION cardholder_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'cardholder',
    CASE WHEN o.status = n.status THEN 'cardholder.updated' ELSE 'cardholder.' || n.status END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.reference, n.status, n.provider_status, n.fail_reason,
      n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.cardholder_image),
    changed.columns
  FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (SELECT ('{' || concat_ws(',',
        CASE WHEN o.status IS DISTINCT FROM n.status THEN '"status":' || coalesce(to_json(o.status)::text, 'null') END,
        CASE WHEN o.provider_ref IS DISTINCT FROM n.provider_ref THEN '"provider_ref":' || coalesce(to_json(o.provider_ref)::text, 'null') END,
        CASE WHEN o.reference IS DISTINCT FROM n.reference THEN '"reference":' || coalesce(to_json(o.reference)::text, 'null') END,
        CASE WHEN o.provider_status IS DISTINCT FROM n.provider_status THEN '"provider_status":' || coalesce(to_json(o.provider_status)::text, 'null') END,
        CASE WHEN o.fail_reason IS DISTINCT FROM n.fail_reason THEN '"fail_reason":' || coalesce(to_json(o.fail_reason)::text, 'null') END) || '}')::json AS columns OFFSET 0) changed
    LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = n.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true
  WHERE changed.columns::text <> '{}';
  RETURN NULL;
END
$$;
CREATE TRIGGER cardholders_updated AFTER UPDATE ON cardholders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION cardholder_updated();

CREATE TYPE binding_image AS (
  id uuid, provider text, account text, user_ref text, kind text, provider_ref text, status text, masked_number text,
  last4 text, network text, card_type text, bank_code text, bank_name text, expiry text, bin_country text,
  challenge_expires_at timestamptz(3), attempts_left smallint, resend_after timestamptz(3), operation_id uuid,
  created_at timestamptz(3), updated_at timestamptz(3), synced_at timestamptz(3)
);
CREATE FUNCTION binding_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image)
  SELECT n.tenant, n.provider, n.account, 'binding',
    'binding.' || n.status,
    n.id, 1, n.operation_id, (SELECT request_id FROM public.operations w WHERE w.id = n.operation_id),
    to_json(ROW(n.id, n.provider, n.account, n.user_ref, n.kind, n.provider_ref, n.status, n.masked_number, n.last4,
      n.network, n.card_type, n.bank_code, n.bank_name, n.expiry, n.bin_country, n.challenge_expires_at,
      n.attempts_left, n.resend_after, n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.binding_image)
  FROM new_rows n;
  RETURN NULL;
END
$$;
CREATE TRIGGER bindings_inserted AFTER INSERT ON bindings REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION binding_inserted();
CREATE FUNCTION binding_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'binding',
    CASE WHEN o.status = n.status THEN 'binding.updated' ELSE 'binding.' || n.status END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(n.id, n.provider, n.account, n.user_ref, n.kind, n.provider_ref, n.status, n.masked_number, n.last4,
      n.network, n.card_type, n.bank_code, n.bank_name, n.expiry, n.bin_country, n.challenge_expires_at,
      n.attempts_left, n.resend_after, n.operation_id, n.created_at, n.updated_at, n.synced_at)::public.binding_image),
    changed.columns
  FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (SELECT ('{' || concat_ws(',',
        CASE WHEN o.status IS DISTINCT FROM n.status THEN '"status":' || coalesce(to_json(o.status)::text, 'null') END,
        CASE WHEN o.provider_ref IS DISTINCT FROM n.provider_ref THEN '"provider_ref":' || coalesce(to_json(o.provider_ref)::text, 'null') END,
        CASE WHEN o.user_ref IS DISTINCT FROM n.user_ref THEN '"user_ref":' || coalesce(to_json(o.user_ref)::text, 'null') END,
        CASE WHEN o.kind IS DISTINCT FROM n.kind THEN '"kind":' || coalesce(to_json(o.kind)::text, 'null') END,
        CASE WHEN o.masked_number IS DISTINCT FROM n.masked_number THEN '"masked_number":' || coalesce(to_json(o.masked_number)::text, 'null') END,
        CASE WHEN o.last4 IS DISTINCT FROM n.last4 THEN '"last4":' || coalesce(to_json(o.last4)::text, 'null') END,
        CASE WHEN o.network IS DISTINCT FROM n.network THEN '"network":' || coalesce(to_json(o.network)::text, 'null') END,
        CASE WHEN o.card_type IS DISTINCT FROM n.card_type THEN '"card_type":' || coalesce(to_json(o.card_type)::text, 'null') END,
        CASE WHEN o.bank_code IS DISTINCT FROM n.bank_code THEN '"bank_code":' || coalesce(to_json(o.bank_code)::text, 'null') END,
        CASE WHEN o.bank_name IS DISTINCT FROM n.bank_name THEN '"bank_name":' || coalesce(to_json(o.bank_name)::text, 'null') END,
        CASE WHEN o.expiry IS DISTINCT FROM n.expiry THEN '"expiry":' || coalesce(to_json(o.expiry)::text, 'null') END,
        CASE WHEN o.bin_country IS DISTINCT FROM n.bin_country THEN '"bin_country":' || coalesce(to_json(o.bin_country)::text, 'null') END,
        CASE WHEN o.challenge_expires_at IS DISTINCT FROM n.challenge_expires_at THEN '"challenge_expires_at":' || coalesce(to_json(o.challenge_expires_at)::text, 'null') END,
        CASE WHEN o.attempts_left IS DISTINCT FROM n.attempts_left THEN '"attempts_left":' || coalesce(to_json(o.attempts_left)::text, 'null') END,
        CASE WHEN o.resend_after IS DISTINCT FROM n.resend_after THEN '"resend_after":' || coalesce(to_json(o.resend_after)::text, 'null') END) || '}')::json AS columns OFFSET 0) changed
    LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = n.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true
  WHERE changed.columns::text <> '{}';
  RETURN NULL;
END
$$;
CREATE TRIGGER bindings_updated AFTER UPDATE ON bindings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION binding_updated();

CREATE TYPE transfer_image AS (
  id uuid, provider text, account text, provider_ref text, cardholder_id uuid, direction text, amount numeric,
  currency text, status text, provider_status text, balance_before numeric, balance_after numeric, operation_id uuid,
  created_at timestamptz(3), updated_at timestamptz(3), synced_at timestamptz(3)
);
CREATE FUNCTION transfer_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image)
  SELECT n.tenant, n.provider, n.account, 'transfer',
    'transfer.' || n.status,
    n.id, 1, n.operation_id, (SELECT request_id FROM public.operations w WHERE w.id = n.operation_id),
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.cardholder_id, n.direction, n.amount, n.currency, n.status,
      n.provider_status, n.balance_before, n.balance_after, n.operation_id, n.created_at, n.updated_at,
      n.synced_at)::public.transfer_image)
  FROM new_rows n;
  RETURN NULL;
END
$$;
CREATE TRIGGER transfers_inserted AFTER INSERT ON transfers REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION transfer_inserted();
CREATE FUNCTION transfer_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'transfer',
    CASE WHEN o.status = n.status THEN 'transfer.updated' ELSE 'transfer.' || n.status END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.cardholder_id, n.direction, n.amount, n.currency, n.status,
      n.provider_status, n.balance_before, n.balance_after, n.operation_id, n.created_at, n.updated_at,
      n.synced_at)::public.transfer_image),
    changed.columns
  FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (SELECT ('{' || concat_ws(',',
        CASE WHEN o.status IS DISTINCT FROM n.status THEN '"status":' || coalesce(to_json(o.status)::text, 'null') END,
        CASE WHEN o.provider_ref IS DISTINCT FROM n.provider_ref THEN '"provider_ref":' || coalesce(to_json(o.provider_ref)::text, 'null') END,
        CASE WHEN o.provider_status IS DISTINCT FROM n.provider_status THEN '"provider_status":' || coalesce(to_json(o.provider_status)::text, 'null') END,
        CASE WHEN o.balance_before IS DISTINCT FROM n.balance_before THEN '"balance_before":' || coalesce(to_json(o.balance_before)::text, 'null') END,
        CASE WHEN o.balance_after IS DISTINCT FROM n.balance_after THEN '"balance_after":' || coalesce(to_json(o.balance_after)::text, 'null') END) || '}')::json AS columns OFFSET 0) changed
    LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = n.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true
  WHERE changed.columns::text <> '{}';
  RETURN NULL;
END
$$;
CREATE TRIGGER transfers_updated AFTER UPDATE ON transfers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION transfer_updated();

CREATE TYPE transaction_image AS (
  id uuid, provider text, account text, provider_ref text, card_ref text, type text, provider_type text, status text,
  provider_status text, amount numeric, local_amount numeric, local_currency text, fee numeric, fees jsonb,
  merchant jsonb, related_ref text, modified_at timestamptz(3), first_at timestamptz(3), created_at timestamptz(3),
  updated_at timestamptz(3), synced_at timestamptz(3)
);
CREATE FUNCTION transaction_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image)
  SELECT n.tenant, n.provider, n.account, 'transaction',
    'transaction.created',
    n.id, 1, NULL, NULL,
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.card_ref, n.type, n.provider_type, n.status,
      n.provider_status, n.amount, n.local_amount, n.local_currency, n.fee, n.fees, n.merchant, n.related_ref,
      n.modified_at, n.first_at, n.created_at, n.updated_at, n.synced_at)::public.transaction_image)
  FROM new_rows n;
  RETURN NULL;
END
$$;
CREATE TRIGGER card_transactions_inserted AFTER INSERT ON card_transactions REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION transaction_inserted();
CREATE FUNCTION transaction_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'transaction',
    'transaction.updated',
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, NULL, NULL,
    to_json(ROW(n.id, n.provider, n.account, n.provider_ref, n.card_ref, n.type, n.provider_type, n.status,
      n.provider_status, n.amount, n.local_amount, n.local_currency, n.fee, n.fees, n.merchant, n.related_ref,
      n.modified_at, n.first_at, n.created_at, n.updated_at, n.synced_at)::public.transaction_image),
    changed.columns
  FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (SELECT ('{' || concat_ws(',',
        CASE WHEN o.status IS DISTINCT FROM n.status THEN '"status":' || coalesce(to_json(o.status)::text, 'null') END,
        CASE WHEN o.provider_status IS DISTINCT FROM n.provider_status THEN '"provider_status":' || coalesce(to_json(o.provider_status)::text, 'null') END,
        CASE WHEN o.type IS DISTINCT FROM n.type THEN '"type":' || coalesce(to_json(o.type)::text, 'null') END,
        CASE WHEN o.provider_type IS DISTINCT FROM n.provider_type THEN '"provider_type":' || coalesce(to_json(o.provider_type)::text, 'null') END,
        CASE WHEN o.amount IS DISTINCT FROM n.amount THEN '"amount":' || coalesce(to_json(o.amount)::text, 'null') END,
        CASE WHEN o.local_amount IS DISTINCT FROM n.local_amount THEN '"local_amount":' || coalesce(to_json(o.local_amount)::text, 'null') END,
        CASE WHEN o.local_currency IS DISTINCT FROM n.local_currency THEN '"local_currency":' || coalesce(to_json(o.local_currency)::text, 'null') END,
        CASE WHEN o.fee IS DISTINCT FROM n.fee THEN '"fee":' || coalesce(to_json(o.fee)::text, 'null') END,
        CASE WHEN o.fees IS DISTINCT FROM n.fees THEN '"fees":' || coalesce(to_json(o.fees)::text, 'null') END,
        CASE WHEN o.merchant IS DISTINCT FROM n.merchant THEN '"merchant":' || coalesce(to_json(o.merchant)::text, 'null') END,
        CASE WHEN o.card_ref IS DISTINCT FROM n.card_ref THEN '"card_ref":' || coalesce(to_json(o.card_ref)::text, 'null') END,
        CASE WHEN o.related_ref IS DISTINCT FROM n.related_ref THEN '"related_ref":' || coalesce(to_json(o.related_ref)::text, 'null') END,
        CASE WHEN o.modified_at IS DISTINCT FROM n.modified_at THEN '"modified_at":' || coalesce(to_json(o.modified_at)::text, 'null') END) || '}')::json AS columns OFFSET 0) changed
  WHERE changed.columns::text <> '{}';
  RETURN NULL;
END
$$;
CREATE TRIGGER card_transactions_updated AFTER UPDATE ON card_transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION transaction_updated();

CREATE TYPE operation_image AS (
  id uuid, caller text, type text, provider text, account text, resource_id uuid, state text, settles_by text,
  unknown_because text, unknown_since timestamptz(3), refusal jsonb, settled_by text, settled_at timestamptz(3),
  next_look_up_at timestamptz(3), created_at timestamptz(3), superseded_by uuid
);
CREATE FUNCTION operation_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'operation',
    CASE
      WHEN n.state = 'unknown' AND n.settles_by = 'person' THEN 'operation.needs_person'
      ELSE 'operation.' || n.state
    END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, n.id, n.request_id,
    to_json(ROW(n.id, n.caller, n.type, n.provider, n.account, n.resource_id, n.state, n.settles_by, n.unknown_because,
      n.unknown_since, n.refusal, n.settled_by, n.settled_at, n.next_look_up_at, n.created_at, n.superseded_by)::public.operation_image),
    ('{' || concat_ws(',',
      CASE WHEN o.state IS DISTINCT FROM n.state THEN '"state":' || coalesce(to_json(o.state)::text, 'null') END,
      CASE WHEN o.unknown_because IS DISTINCT FROM n.unknown_because THEN '"unknown_because":' || coalesce(to_json(o.unknown_because)::text, 'null') END,
      CASE WHEN o.unknown_since IS DISTINCT FROM n.unknown_since THEN '"unknown_since":' || coalesce(to_json(o.unknown_since)::text, 'null') END,
      CASE WHEN o.settles_by IS DISTINCT FROM n.settles_by THEN '"settles_by":' || coalesce(to_json(o.settles_by)::text, 'null') END,
      CASE WHEN o.refusal IS DISTINCT FROM n.refusal THEN '"refusal":' || coalesce(to_json(o.refusal)::text, 'null') END,
      CASE WHEN o.settled_by IS DISTINCT FROM n.settled_by THEN '"settled_by":' || coalesce(to_json(o.settled_by)::text, 'null') END,
      CASE WHEN o.superseded_by IS DISTINCT FROM n.superseded_by THEN '"superseded_by":' || coalesce(to_json(o.superseded_by)::text, 'null') END,
      CASE WHEN o.settled_at IS DISTINCT FROM n.settled_at THEN '"settled_at":' || coalesce(to_json(o.settled_at)::text, 'null') END,
      CASE WHEN o.next_look_up_at IS DISTINCT FROM n.next_look_up_at THEN '"next_look_up_at":' || coalesce(to_json(o.next_look_up_at)::text, 'null') END) || '}')::json
  FROM old_rows o FULL JOIN new_rows n USING (id)
  WHERE (o.state <> n.state AND n.state <> 'submitting')
    OR (n.state = 'unknown' AND n.settles_by = 'person' AND o.settles_by <> 'person');
  RETURN NULL;
END
$$;
CREATE TRIGGER operations_updated AFTER UPDATE ON operations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION operation_updated();

CREATE TYPE sync_image AS (
  id uuid, provider text, account text, kind text, user_ref text, state text, pages integer, seen integer,
  total integer, failure text, operation_id uuid, created_at timestamptz(3), started_at timestamptz(3),
  finished_at timestamptz(3), unreadable integer
);
CREATE FUNCTION sync_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'sync',
    CASE n.state WHEN 'succeeded' THEN 'sync.completed' ELSE 'sync.failed' END,
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(n.id, n.provider, n.account, n.kind, n.user_ref, n.state, n.pages, n.seen, n.total, n.failure,
      n.operation_id, n.created_at, n.started_at, n.finished_at, n.unreadable)::public.sync_image),
    ('{' || concat_ws(',',
      CASE WHEN o.state IS DISTINCT FROM n.state THEN '"state":' || coalesce(to_json(o.state)::text, 'null') END,
      CASE WHEN o.pages IS DISTINCT FROM n.pages THEN '"pages":' || coalesce(to_json(o.pages)::text, 'null') END,
      CASE WHEN o.seen IS DISTINCT FROM n.seen THEN '"seen":' || coalesce(to_json(o.seen)::text, 'null') END,
      CASE WHEN o.unreadable IS DISTINCT FROM n.unreadable THEN '"unreadable":' || coalesce(to_json(o.unreadable)::text, 'null') END,
      CASE WHEN o.total IS DISTINCT FROM n.total THEN '"total":' || coalesce(to_json(o.total)::text, 'null') END,
      CASE WHEN o.failure IS DISTINCT FROM n.failure THEN '"failure":' || coalesce(to_json(o.failure)::text, 'null') END,
      CASE WHEN o.started_at IS DISTINCT FROM n.started_at THEN '"started_at":' || coalesce(to_json(o.started_at)::text, 'null') END,
      CASE WHEN o.finished_at IS DISTINCT FROM n.finished_at THEN '"finished_at":' || coalesce(to_json(o.finished_at)::text, 'null') END) || '}')::json
  FROM old_rows o FULL JOIN new_rows n USING (id)
    LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = n.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true
  WHERE o.state <> n.state AND n.state IN ('succeeded', 'failed');
  RETURN NULL;
END
$$;
CREATE TRIGGER syncs_updated AFTER UPDATE ON syncs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION sync_updated();

CREATE TYPE callback_image AS (
  id uuid, provider text, account text, kind text, state text, deliveries integer, decision text, failure text,
  received_at timestamptz(3), worked_at timestamptz(3)
);
CREATE FUNCTION callback_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT n.tenant, n.provider, n.account, 'callback',
    'callback.failed',
    n.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = n.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = n.id), 0) + 1, NULL, NULL,
    to_json(ROW(n.id, n.provider, n.account, n.kind, n.state, n.deliveries, n.decision, n.failure, n.received_at,
      n.worked_at)::public.callback_image),
    ('{' || concat_ws(',',
      CASE WHEN o.state IS DISTINCT FROM n.state THEN '"state":' || coalesce(to_json(o.state)::text, 'null') END,
      CASE WHEN o.failure IS DISTINCT FROM n.failure THEN '"failure":' || coalesce(to_json(o.failure)::text, 'null') END,
      CASE WHEN o.worked_at IS DISTINCT FROM n.worked_at THEN '"worked_at":' || coalesce(to_json(o.worked_at)::text, 'null') END,
      CASE WHEN o.deliveries IS DISTINCT FROM n.deliveries THEN '"deliveries":' || coalesce(to_json(o.deliveries)::text, 'null') END,
      CASE WHEN o.decision IS DISTINCT FROM n.decision THEN '"decision":' || coalesce(to_json(o.decision)::text, 'null') END) || '}')::json
  FROM old_rows o FULL JOIN new_rows n USING (id)
  WHERE o.state <> n.state AND n.state = 'failed';
  RETURN NULL;
END
$$;
CREATE TRIGGER callbacks_updated AFTER UPDATE ON callbacks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION callback_updated();
