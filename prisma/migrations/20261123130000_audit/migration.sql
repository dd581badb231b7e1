-- The audit log: who was shown or changed what is sensitive. Rows are only ever added, and each carries the hash of the one
-- before it. The database numbers and chains them itself, so that every process and every tool adds to the same chain.

CREATE TABLE audit_log (
  seq            bigint PRIMARY KEY,
  at             timestamptz(3) NOT NULL,
  tenant         text,
  caller         text NOT NULL,
  key_id         text,
  action         text NOT NULL,
  resource       text NOT NULL,
  purpose        text,
  request_id     text,
  previous_hash  bytea NOT NULL,
  hash           bytea NOT NULL,
  CONSTRAINT audit_log_action CHECK (action ~ '^[a-z]+[.][a-z_]+$'),
  CONSTRAINT audit_log_purpose CHECK (purpose <> '' AND purpose !~ '[0-9]{9}')
);
CREATE INDEX audit_log_tenant_idx ON audit_log (tenant, seq DESC);
CREATE INDEX audit_log_resource_idx ON audit_log (resource, seq DESC);

-- One value of a row as it is hashed: its length stands in front, so that no two rows read the same.
CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-')
$$;

-- Numbers and chains a new row. Who adds at the same time waits for this transaction: the chain has no gaps and no forks.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_log', 0));
  SELECT seq, hash INTO head FROM audit_log ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(head.seq, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  NEW.hash := sha256(convert_to(concat_ws(',',
    audit_field(encode(NEW.previous_hash, 'hex')),
    audit_field(NEW.seq::text),
    audit_field(to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    audit_field(NEW.tenant), audit_field(NEW.caller), audit_field(NEW.key_id), audit_field(NEW.action),
    audit_field(NEW.resource), audit_field(NEW.purpose), audit_field(NEW.request_id)), 'UTF8'));
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_log_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- Which key sealed a value: its id stands in front of each sealed value (apps/gateway/src/sealing.ts). 'escape' reads any bytes.
CREATE FUNCTION sealing_key_id(sealed bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN length(sealed) > 1 THEN encode(substr(sealed, 3, get_byte(sealed, 1)), 'escape') ELSE '' END
$$;

-- Keys that must seal nothing any more; what they sealed can still be opened, until it is sealed anew.
CREATE TABLE retired_sealing_keys (
  id          text PRIMARY KEY,
  retired_at  timestamptz(3) NOT NULL
);

CREATE FUNCTION sealing_key_is_retired(key text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM retired_sealing_keys WHERE id = key)
$$;

-- Refuses a value under a retired key, e.g. from a process that still has yesterday's settings.
CREATE FUNCTION refuse_retired_sealing_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the sealing key "%" is retired', to_jsonb(NEW) ->> TG_ARGV[0] USING ERRCODE = 'check_violation';
END
$$;

-- Every sealed column x_sealed has its x_key, so that the rows of a key are found and counted without reading all of them.
ALTER TABLE cards ADD COLUMN pan_key text GENERATED ALWAYS AS (sealing_key_id(pan_sealed)) STORED;
CREATE INDEX cards_pan_key_idx ON cards (pan_key) WHERE pan_key IS NOT NULL;
CREATE TRIGGER cards_pan_key_new AFTER INSERT ON cards FOR EACH ROW
  WHEN (NEW.pan_key IS NOT NULL AND sealing_key_is_retired(NEW.pan_key)) EXECUTE FUNCTION refuse_retired_sealing_key('pan_key');
CREATE TRIGGER cards_pan_key_changed AFTER UPDATE OF pan_sealed ON cards FOR EACH ROW
  WHEN (NEW.pan_key IS DISTINCT FROM OLD.pan_key AND sealing_key_is_retired(NEW.pan_key)) EXECUTE FUNCTION refuse_retired_sealing_key('pan_key');

ALTER TABLE bindings ADD COLUMN token_key text GENERATED ALWAYS AS (sealing_key_id(token_sealed)) STORED;
CREATE INDEX bindings_token_key_idx ON bindings (token_key) WHERE token_key IS NOT NULL;
CREATE TRIGGER bindings_token_key_new AFTER INSERT ON bindings FOR EACH ROW
  WHEN (NEW.token_key IS NOT NULL AND sealing_key_is_retired(NEW.token_key)) EXECUTE FUNCTION refuse_retired_sealing_key('token_key');
CREATE TRIGGER bindings_token_key_changed AFTER UPDATE OF token_sealed ON bindings FOR EACH ROW
  WHEN (NEW.token_key IS DISTINCT FROM OLD.token_key AND sealing_key_is_retired(NEW.token_key)) EXECUTE FUNCTION refuse_retired_sealing_key('token_key');

ALTER TABLE callbacks ADD COLUMN record_key text GENERATED ALWAYS AS (sealing_key_id(record_sealed)) STORED;
CREATE INDEX callbacks_record_key_idx ON callbacks (record_key) WHERE record_key IS NOT NULL;
CREATE TRIGGER callbacks_record_key_new AFTER INSERT ON callbacks FOR EACH ROW
  WHEN (NEW.record_key IS NOT NULL AND sealing_key_is_retired(NEW.record_key)) EXECUTE FUNCTION refuse_retired_sealing_key('record_key');
CREATE TRIGGER callbacks_record_key_changed AFTER UPDATE OF record_sealed ON callbacks FOR EACH ROW
  WHEN (NEW.record_key IS DISTINCT FROM OLD.record_key AND sealing_key_is_retired(NEW.record_key)) EXECUTE FUNCTION refuse_retired_sealing_key('record_key');
