-- A sync sees many cards again that have not changed, and writes when; a change claims its card. Neither writes what a rule is about.
CREATE OR REPLACE TRIGGER cards_rules_changed AFTER UPDATE OF status, form, bin, last4, expiry, pan_sealed, pan_fingerprint ON cards
  FOR EACH ROW EXECUTE FUNCTION cards_rules();
