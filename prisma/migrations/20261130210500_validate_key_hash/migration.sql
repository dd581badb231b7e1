ALTER TABLE operations VALIDATE CONSTRAINT operations_key_is_hash;
