-- A statement that changes nothing of what is shown costs less: the claim of a change, or a list that shows nothing new, fires these
-- triggers too. A small question finds that out before the statement that would write events is even started. Callbacks and syncs
-- seldom have an event: their triggers are for the row, and only for updates of its state.

CREATE OR REPLACE FUNCTION card_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE (o.status, o.provider_ref, o.product_ref, o.cardholder_ref, o.form, o.network, o.last4, o.expiry,
        o.provider_status, o.balance, o.total_loaded, o.activated_at, o.cancel_requested_at, o.cancelled_at)
      IS DISTINCT FROM
       (n.status, n.provider_ref, n.product_ref, n.cardholder_ref, n.form, n.network, n.last4, n.expiry,
        n.provider_status, n.balance, n.total_loaded, n.activated_at, n.cancel_requested_at, n.cancelled_at)
  ) THEN
    RETURN NULL;
  END IF;
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

CREATE OR REPLACE FUNCTION cardholder_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE (o.status, o.provider_ref, o.reference, o.provider_status, o.fail_reason)
      IS DISTINCT FROM
       (n.status, n.provider_ref, n.reference, n.provider_status, n.fail_reason)
  ) THEN
    RETURN NULL;
  END IF;
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

CREATE OR REPLACE FUNCTION binding_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE (o.status, o.provider_ref, o.user_ref, o.kind, o.masked_number, o.last4, o.network, o.card_type,
        o.bank_code, o.bank_name, o.expiry, o.bin_country, o.challenge_expires_at, o.attempts_left,
        o.resend_after)
      IS DISTINCT FROM
       (n.status, n.provider_ref, n.user_ref, n.kind, n.masked_number, n.last4, n.network, n.card_type,
        n.bank_code, n.bank_name, n.expiry, n.bin_country, n.challenge_expires_at, n.attempts_left,
        n.resend_after)
  ) THEN
    RETURN NULL;
  END IF;
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

CREATE OR REPLACE FUNCTION transfer_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE (o.status, o.provider_ref, o.provider_status, o.balance_before, o.balance_after)
      IS DISTINCT FROM
       (n.status, n.provider_ref, n.provider_status, n.balance_before, n.balance_after)
  ) THEN
    RETURN NULL;
  END IF;
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

CREATE OR REPLACE FUNCTION transaction_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE (o.status, o.provider_status, o.type, o.provider_type, o.amount, o.local_amount, o.local_currency,
        o.fee, o.fees, o.merchant, o.card_ref, o.related_ref, o.modified_at)
      IS DISTINCT FROM
       (n.status, n.provider_status, n.type, n.provider_type, n.amount, n.local_amount, n.local_currency,
        n.fee, n.fees, n.merchant, n.card_ref, n.related_ref, n.modified_at)
  ) THEN
    RETURN NULL;
  END IF;
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

CREATE OR REPLACE FUNCTION sync_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF OLD.state = NEW.state OR NEW.state NOT IN ('succeeded', 'failed') THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT NEW.tenant, NEW.provider, NEW.account, 'sync',
    CASE NEW.state WHEN 'succeeded' THEN 'sync.completed' ELSE 'sync.failed' END,
    NEW.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = NEW.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = NEW.id), 0) + 1, w.id, w.request_id,
    to_json(ROW(NEW.id, NEW.provider, NEW.account, NEW.kind, NEW.user_ref, NEW.state, NEW.pages, NEW.seen, NEW.total, NEW.failure,
      NEW.operation_id, NEW.created_at, NEW.started_at, NEW.finished_at, NEW.unreadable)::public.sync_image),
    ('{' || concat_ws(',',
      CASE WHEN OLD.state IS DISTINCT FROM NEW.state THEN '"state":' || coalesce(to_json(OLD.state)::text, 'null') END,
      CASE WHEN OLD.pages IS DISTINCT FROM NEW.pages THEN '"pages":' || coalesce(to_json(OLD.pages)::text, 'null') END,
      CASE WHEN OLD.seen IS DISTINCT FROM NEW.seen THEN '"seen":' || coalesce(to_json(OLD.seen)::text, 'null') END,
      CASE WHEN OLD.unreadable IS DISTINCT FROM NEW.unreadable THEN '"unreadable":' || coalesce(to_json(OLD.unreadable)::text, 'null') END,
      CASE WHEN OLD.total IS DISTINCT FROM NEW.total THEN '"total":' || coalesce(to_json(OLD.total)::text, 'null') END,
      CASE WHEN OLD.failure IS DISTINCT FROM NEW.failure THEN '"failure":' || coalesce(to_json(OLD.failure)::text, 'null') END,
      CASE WHEN OLD.started_at IS DISTINCT FROM NEW.started_at THEN '"started_at":' || coalesce(to_json(OLD.started_at)::text, 'null') END,
      CASE WHEN OLD.finished_at IS DISTINCT FROM NEW.finished_at THEN '"finished_at":' || coalesce(to_json(OLD.finished_at)::text, 'null') END) || '}')::json
  FROM (VALUES (0)) one LEFT JOIN LATERAL (
      SELECT id, request_id FROM public.operations w WHERE w.id = NEW.operation_id AND w.xmin = pg_current_xact_id()::xid OFFSET 0
    ) w ON true;
  RETURN NULL;
END
$$;

DROP TRIGGER syncs_updated ON syncs;
CREATE TRIGGER syncs_updated AFTER UPDATE OF state ON syncs FOR EACH ROW EXECUTE FUNCTION sync_updated();

CREATE OR REPLACE FUNCTION callback_updated() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  IF OLD.state = NEW.state OR NEW.state <> 'failed' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, operation_id, request_id,
    image, previous)
  SELECT NEW.tenant, NEW.provider, NEW.account, 'callback',
    'callback.failed',
    NEW.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = NEW.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = NEW.id), 0) + 1, NULL, NULL,
    to_json(ROW(NEW.id, NEW.provider, NEW.account, NEW.kind, NEW.state, NEW.deliveries, NEW.decision, NEW.failure, NEW.received_at,
      NEW.worked_at)::public.callback_image),
    ('{' || concat_ws(',',
      CASE WHEN OLD.state IS DISTINCT FROM NEW.state THEN '"state":' || coalesce(to_json(OLD.state)::text, 'null') END,
      CASE WHEN OLD.failure IS DISTINCT FROM NEW.failure THEN '"failure":' || coalesce(to_json(OLD.failure)::text, 'null') END,
      CASE WHEN OLD.worked_at IS DISTINCT FROM NEW.worked_at THEN '"worked_at":' || coalesce(to_json(OLD.worked_at)::text, 'null') END,
      CASE WHEN OLD.deliveries IS DISTINCT FROM NEW.deliveries THEN '"deliveries":' || coalesce(to_json(OLD.deliveries)::text, 'null') END,
      CASE WHEN OLD.decision IS DISTINCT FROM NEW.decision THEN '"decision":' || coalesce(to_json(OLD.decision)::text, 'null') END) || '}')::json;
  RETURN NULL;
END
$$;

DROP TRIGGER callbacks_updated ON callbacks;
CREATE TRIGGER callbacks_updated AFTER UPDATE OF state ON callbacks FOR EACH ROW EXECUTE FUNCTION callback_updated();
