-- Operations by outcome, and those without one, which the sweep searches. Most operations succeed, and none of these is in it.
CREATE INDEX CONCURRENTLY operations_unsuccessful_idx ON operations (state, tenant, type, id DESC) WHERE state <> 'succeeded';
