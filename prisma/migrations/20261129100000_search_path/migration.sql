-- What a session's temporary tables are called must not decide what a trigger looks at: they would be found first. So each
-- function looks into the gateway's own schema, and into temporary tables last.
ALTER FUNCTION audit_field(text) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION audit_chain() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION audit_refuse_change() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION operations_require_evidence() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION operations_refuse_change() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION sealing_key_id(bytea) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION sealing_key_is_retired(text) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION refuse_retired_sealing_key() SET search_path = pg_catalog, public, pg_temp;

-- A row with the last number that there is would be the last row that can be added.
ALTER TABLE audit_log ADD CONSTRAINT audit_log_seq CHECK (seq BETWEEN 1 AND 1000000000000);
