-- The same of bindings that are over.
CREATE INDEX CONCURRENTLY bindings_over_idx ON bindings (id)
  WHERE status IN ('removed', 'expired', 'refused', 'not_required')
    AND (pan_fingerprint IS NOT NULL OR phone_fingerprint IS NOT NULL OR token_fingerprint IS NOT NULL);
