-- Operations of an account, also of one type. Replaces operations_tenant_account_idx.
CREATE INDEX CONCURRENTLY operations_account_type_idx ON operations (tenant, account, type, id DESC);
