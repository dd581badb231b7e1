-- An id is newer than all others of its group. Where it descends, each page of an index fills from its left end, and splits in halves; where it
-- ascends, the left page stays full. The indexes that end in the id are built anew under their names; until then these serve.
-- Lists are ordered by tenant, then by id, newest first. They read the new ones backwards, so that the tenant descends there: gateways of the
-- version before ask for that order, too.
ALTER INDEX operations_tenant_type_idx RENAME TO operations_tenant_type_desc_idx;
ALTER INDEX operations_account_type_idx RENAME TO operations_account_type_desc_idx;
ALTER INDEX operations_unsuccessful_idx RENAME TO operations_unsuccessful_desc_idx;
ALTER INDEX cards_tenant_idx RENAME TO cards_tenant_desc_idx;
ALTER INDEX cards_account_idx RENAME TO cards_account_desc_idx;
ALTER INDEX cards_status_idx RENAME TO cards_status_desc_idx;
ALTER INDEX cards_account_product_idx RENAME TO cards_account_product_desc_idx;
ALTER INDEX cards_account_cardholder_idx RENAME TO cards_account_cardholder_desc_idx;
ALTER INDEX cards_known_last4_idx RENAME TO cards_known_last4_desc_idx;
ALTER INDEX bindings_tenant_idx RENAME TO bindings_tenant_desc_idx;
ALTER INDEX bindings_status_idx RENAME TO bindings_status_desc_idx;
ALTER INDEX bindings_user_idx RENAME TO bindings_user_desc_idx;
ALTER INDEX callbacks_tenant_idx RENAME TO callbacks_tenant_desc_idx;
ALTER INDEX callbacks_account_idx RENAME TO callbacks_account_desc_idx;
ALTER INDEX callbacks_state_idx RENAME TO callbacks_state_desc_idx;
ALTER INDEX transfers_tenant_idx RENAME TO transfers_tenant_desc_idx;
ALTER INDEX transfers_account_idx RENAME TO transfers_account_desc_idx;
ALTER INDEX transfers_status_idx RENAME TO transfers_status_desc_idx;
ALTER INDEX transfers_tenant_cardholder_idx RENAME TO transfers_tenant_cardholder_desc_idx;
ALTER INDEX delivery_attempts_destination_idx RENAME TO delivery_attempts_destination_desc_idx;
ALTER INDEX delivery_attempts_event_idx RENAME TO delivery_attempts_event_desc_idx;
ALTER INDEX cardholders_tenant_idx RENAME TO cardholders_tenant_desc_idx;
ALTER INDEX cardholders_tenant_status_idx RENAME TO cardholders_tenant_status_desc_idx;
ALTER INDEX cardholders_tenant_reference_idx RENAME TO cardholders_tenant_reference_desc_idx;
ALTER INDEX card_products_tenant_idx RENAME TO card_products_tenant_desc_idx;
ALTER INDEX event_destinations_tenant_idx RENAME TO event_destinations_tenant_desc_idx;
