-- An operation is inserted narrow, and updated once to more than twice its width. With full pages, each page of resolved ones was left with
-- room for a new operation, but not for its update. So after each VACUUM every old page took one, and then had that room again: an order wrote an
-- old page, and after a checkpoint its image. Now a page takes an operation only if its update has room there, too. Old pages stay as they are.
ALTER TABLE operations SET (fillfactor = 85);
