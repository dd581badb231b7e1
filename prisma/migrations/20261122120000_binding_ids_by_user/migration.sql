-- No document says that the provider's id of a binding is unique beyond the user it is listed for.
DROP INDEX bindings_provider_ref_key;
CREATE UNIQUE INDEX bindings_provider_ref_key ON bindings (account, user_ref, kind, provider_ref);
