-- What was hashed with a code in it, before codes were left out. Repeats of these are known by their operation and its card or binding.
UPDATE operations SET request_hash = NULL
WHERE type IN ('activateCard', 'setCardPin', 'verifyBinding') AND request_hash NOT LIKE '%:partial:%';

ALTER TABLE operations VALIDATE CONSTRAINT operations_keyed;
