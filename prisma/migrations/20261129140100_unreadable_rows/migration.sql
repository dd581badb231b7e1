-- Rows that a sync could not read, not even their id: they are not among our cards, and an operator must see that.
ALTER TABLE syncs ADD COLUMN unreadable integer NOT NULL DEFAULT 0;
