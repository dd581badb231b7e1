-- A sync updates every row of a page at once, and only a column that no index contains. With room for a second version of each
-- row, PostgreSQL writes it to the same page and leaves all indexes alone (HOT).
ALTER TABLE cards SET (fillfactor = 50);
ALTER TABLE sync_rows SET (fillfactor = 50);
