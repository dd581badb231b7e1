-- The same as before, in less text to parse.
ALTER TABLE cards
  DROP CONSTRAINT cards_status,
  ADD CONSTRAINT cards_status CHECK (status = ANY ('{pending,inactive,active,frozen,cancelling,cancelled,failed,lost,replaced,unrecognized}'::text[])) NOT VALID,
  DROP CONSTRAINT cards_form,
  ADD CONSTRAINT cards_form CHECK (form = ANY ('{virtual,physical}'::text[])) NOT VALID;
