-- Verified notifications of the providers. A refused one leaves no row.
CREATE TABLE callbacks (
  id                 uuid PRIMARY KEY,
  tenant             text NOT NULL,
  provider           text NOT NULL,
  account            text NOT NULL,
  deduplication_key  text NOT NULL,
  kind               text NOT NULL,
  record_sealed      bytea NOT NULL,
  state              text NOT NULL,
  deliveries         integer NOT NULL DEFAULT 1,
  decision           text,
  failure            text,
  received_at        timestamptz(3) NOT NULL,
  worked_at          timestamptz(3),
  CONSTRAINT callbacks_deduplication_key CHECK (length(deduplication_key) BETWEEN 1 AND 200),
  CONSTRAINT callbacks_kind CHECK (kind IN ('card_changed', 'card_hint', 'transaction', 'authorization', 'bindings_hint', 'other')),
  CONSTRAINT callbacks_state CHECK (state IN ('received', 'worked', 'failed')),
  CONSTRAINT callbacks_deliveries CHECK (deliveries > 0),
  CONSTRAINT callbacks_decision CHECK (decision IN ('approve', 'decline')),
  CONSTRAINT callbacks_decided CHECK ((kind = 'authorization') = (decision IS NOT NULL)),
  CONSTRAINT callbacks_worked CHECK ((state = 'worked') = (worked_at IS NOT NULL)),
  CONSTRAINT callbacks_failure CHECK ((state = 'failed') = (failure IS NOT NULL))
);
-- However often a provider sends one, it is one row with one effect (I10).
CREATE UNIQUE INDEX callbacks_deduplication_key_key ON callbacks (account, deduplication_key);
CREATE INDEX callbacks_tenant_idx ON callbacks (tenant, id DESC);
CREATE INDEX callbacks_account_idx ON callbacks (tenant, account, id DESC);
CREATE INDEX callbacks_state_idx ON callbacks (tenant, state, id DESC);
-- For forgetting what was worked long ago.
CREATE INDEX callbacks_worked_idx ON callbacks (worked_at) WHERE state = 'worked';

-- What was decided about a payment, written before it is answered. The first to write decides.
CREATE TABLE authorization_decisions (
  account          text NOT NULL,
  transaction_ref  text NOT NULL,
  card_ref         text NOT NULL,
  amount           numeric NOT NULL,
  decision         text NOT NULL,
  because          text NOT NULL,
  decided_at       timestamptz(3) NOT NULL,
  PRIMARY KEY (account, transaction_ref),
  CONSTRAINT authorization_decisions_decision CHECK (decision IN ('approve', 'decline')),
  CONSTRAINT authorization_decisions_because CHECK (because IN ('no_setting', 'setting', 'service', 'service_late', 'service_unreachable', 'service_unreadable')),
  CONSTRAINT authorization_decisions_approved CHECK (decision = 'decline' OR because IN ('setting', 'service'))
);
CREATE INDEX authorization_decisions_decided_idx ON authorization_decisions (decided_at);
