-- The rows that a running sync has seen, across restarts: its list is at its end when a page shows nothing else. Gone once
-- the sync has ended.
CREATE TABLE sync_rows (
  sync_id       uuid NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
  provider_ref  text NOT NULL,
  first_lap     integer NOT NULL,
  lap           integer NOT NULL,
  PRIMARY KEY (sync_id, provider_ref),
  CONSTRAINT sync_rows_laps CHECK (first_lap BETWEEN 1 AND lap)
);

-- A sync that runs now begins again: where its old position stands among the rows, nothing tells.
ALTER TABLE syncs DROP COLUMN position;
ALTER TABLE syncs ADD COLUMN reading jsonb;
