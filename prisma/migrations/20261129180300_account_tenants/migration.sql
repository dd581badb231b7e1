-- Whose the rows of an account are. A gateway in whose settings an account is another tenant's does not start.
CREATE TABLE account_tenants (
  account  text NOT NULL,
  tenant   text NOT NULL,
  PRIMARY KEY (account, tenant)
);
INSERT INTO account_tenants (account, tenant)
SELECT account, tenant FROM cards UNION SELECT account, tenant FROM bindings UNION SELECT account, tenant FROM cardholders
UNION SELECT account, tenant FROM card_products UNION SELECT account, tenant FROM card_transactions
UNION SELECT account, tenant FROM transfers UNION SELECT account, tenant FROM callbacks
UNION SELECT account, tenant FROM syncs UNION SELECT account, tenant FROM operations;
