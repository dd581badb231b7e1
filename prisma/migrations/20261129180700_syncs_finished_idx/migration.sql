-- Syncs that ended long ago.
CREATE INDEX CONCURRENTLY syncs_finished_idx ON syncs (finished_at) WHERE finished_at IS NOT NULL;
