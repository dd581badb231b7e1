-- The id ascends: see ids_ascending. What an interrupted build left is removed first.
DROP INDEX CONCURRENTLY IF EXISTS event_destinations_tenant_idx;
CREATE INDEX CONCURRENTLY event_destinations_tenant_idx ON event_destinations (tenant DESC, id);
