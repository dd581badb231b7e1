-- A card that a list brought in goes once an order of ours proves to be its: whoever was told of it must learn that.
CREATE FUNCTION card_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO public.events (tenant, provider, account, kind, type, subject_id, subject_version, image)
  SELECT o.tenant, o.provider, o.account, 'card', 'card.removed', o.id, coalesce(
      (SELECT subject_version FROM public.events e WHERE e.subject_id = o.id ORDER BY subject_version DESC LIMIT 1),
      (SELECT subject_version FROM public.event_versions v WHERE v.subject_id = o.id), 0) + 1,
    to_json(ROW(o.id, o.provider, o.account, o.provider_ref, o.product_ref, o.cardholder_ref, o.form, o.network, o.last4,
      o.expiry, o.status, o.provider_status, o.balance, o.total_loaded, o.activated_at, o.cancel_requested_at,
      o.cancelled_at, o.operation_id, o.created_at, o.updated_at, o.synced_at)::public.card_image)
  FROM old_rows o;
  RETURN NULL;
END
$$;
CREATE TRIGGER cards_deleted AFTER DELETE ON cards REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION card_deleted();
