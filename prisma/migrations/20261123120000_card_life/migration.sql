-- What happens on cards, and value moved to and from cardholders.

-- A transaction as its provider last described it. It belongs to the card with the same account and `card_ref`, which may
-- come later than its first transaction.
CREATE TABLE card_transactions (
  id               uuid PRIMARY KEY,
  tenant           text NOT NULL,
  provider         text NOT NULL,
  account          text NOT NULL,
  provider_ref     text NOT NULL,
  card_ref         text NOT NULL,
  type             text NOT NULL,
  provider_type    text NOT NULL,
  status           text NOT NULL,
  provider_status  text NOT NULL,
  amount           numeric NOT NULL,
  local_amount     numeric,
  local_currency   text,
  fee              numeric,
  fees             jsonb NOT NULL DEFAULT '[]',
  merchant         jsonb,
  related_ref      text,
  -- When the provider last changed its record, by its own clock.
  modified_at      timestamptz(3),
  -- By which descriptions are ordered: when the provider changed its record, or was asked where it does not say. The second
  -- is that of the members which not every description carries.
  said_at          timestamptz(3) NOT NULL,
  details_said_at  timestamptz(3),
  -- The earliest that is known of it: the order of lists.
  first_at         timestamptz(3) NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  synced_at        timestamptz(3) NOT NULL,
  CONSTRAINT card_transactions_type CHECK (type IN ('card_opening', 'purchase', 'atm_withdrawal', 'management_fee', 'reversal', 'refund', 'unrecognized')),
  CONSTRAINT card_transactions_status CHECK (status IN ('pending', 'succeeded', 'failed', 'unrecognized')),
  CONSTRAINT card_transactions_fees CHECK (jsonb_typeof(fees) = 'array'),
  CONSTRAINT card_transactions_merchant CHECK (jsonb_typeof(merchant) = 'object'),
  CONSTRAINT card_transactions_first CHECK (first_at <= said_at)
);
-- One transaction of a provider is one row, however often it is pushed and listed.
CREATE UNIQUE INDEX card_transactions_provider_ref_key ON card_transactions (account, provider_ref);
CREATE INDEX card_transactions_card_idx ON card_transactions (account, card_ref, first_at DESC, id DESC);

CREATE TABLE transfers (
  id               uuid PRIMARY KEY,
  tenant           text NOT NULL,
  provider         text NOT NULL,
  account          text NOT NULL,
  provider_ref     text,
  cardholder_id    uuid NOT NULL REFERENCES cardholders (id),
  direction        text NOT NULL,
  amount           numeric NOT NULL,
  currency         text NOT NULL,
  status           text NOT NULL,
  provider_status  text,
  balance_before   numeric,
  balance_after    numeric,
  operation_id     uuid NOT NULL REFERENCES operations (id),
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  synced_at        timestamptz(3),
  CONSTRAINT transfers_direction CHECK (direction IN ('in', 'out')),
  CONSTRAINT transfers_amount CHECK (amount > 0),
  CONSTRAINT transfers_status CHECK (status IN ('pending', 'succeeded', 'failed')),
  -- Value is only said to have moved under the provider's own number.
  CONSTRAINT transfers_succeeded_is_there CHECK (status <> 'succeeded' OR provider_ref IS NOT NULL)
);
-- One transfer of a provider is one of ours, and one order is one transfer.
CREATE UNIQUE INDEX transfers_provider_ref_key ON transfers (account, provider_ref);
CREATE UNIQUE INDEX transfers_operation_key ON transfers (operation_id);
CREATE INDEX transfers_tenant_idx ON transfers (tenant, id DESC);
CREATE INDEX transfers_account_idx ON transfers (tenant, account, id DESC);
CREATE INDEX transfers_cardholder_idx ON transfers (cardholder_id, id DESC);
CREATE INDEX transfers_status_idx ON transfers (tenant, status, id DESC);
