-- The page of its lap that showed a row first; null for rows noted by processes of an older version.
ALTER TABLE sync_rows ADD COLUMN page integer;

-- Hashes of the rows that each page of a running sync showed: a lap that shows the same pages again notes no rows. Gone once the
-- sync has ended.
CREATE TABLE sync_pages (
  sync_id    uuid NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
  lap        integer NOT NULL,
  page       integer NOT NULL,
  refs_digest  text NOT NULL,
  PRIMARY KEY (sync_id, lap, page)
);
