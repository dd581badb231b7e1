-- Each index costs an entry per version of a row. The unfiltered list reads operations_tenant_type_idx; others have taken the place
-- of these.
DROP INDEX CONCURRENTLY operations_tenant_id_idx;
DROP INDEX CONCURRENTLY operations_tenant_account_idx;
DROP INDEX CONCURRENTLY operations_tenant_state_idx;
DROP INDEX CONCURRENTLY operations_unsettled_idx;
DROP INDEX CONCURRENTLY cards_last4_idx;
DROP INDEX CONCURRENTLY cards_cardholder_idx;
DROP INDEX CONCURRENTLY cards_product_idx;
DROP INDEX CONCURRENTLY transfers_cardholder_idx;
