-- Cards, cardholders, products, bindings, the ledger of operations, syncs and API keys.
-- CHECKs make impossible rows impossible; ids are UUIDv7, so that the primary key is also the order of time.

CREATE TABLE api_keys (
  id          uuid PRIMARY KEY,
  tenant      text NOT NULL,
  caller      text NOT NULL,
  hash        bytea NOT NULL,
  scopes      text[] NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  revoked_at  timestamptz(3),
  CONSTRAINT api_keys_hash_length CHECK (length(hash) = 32)
);
CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (hash);

-- The one ledger of idempotency, attempts and outcomes.
CREATE TABLE operations (
  id               uuid PRIMARY KEY,
  tenant           text NOT NULL,
  caller           text NOT NULL,
  idempotency_key  text NOT NULL,
  request_hash     text NOT NULL,
  type             text NOT NULL,
  provider         text NOT NULL,
  account          text NOT NULL,
  resource_id      uuid NOT NULL,
  state            text NOT NULL,
  settles_by       text,
  unknown_because  text,
  unknown_since    timestamptz(3),
  refusal          jsonb,
  settled_by       text,
  settled_at       timestamptz(3),
  look_ups         integer NOT NULL DEFAULT 0,
  next_look_up_at  timestamptz(3),
  answer_status    smallint,
  answer           jsonb,
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  CONSTRAINT operations_type CHECK (type IN ('createCardholder', 'issueCard', 'startBinding', 'verifyBinding', 'startSync')),
  CONSTRAINT operations_state CHECK (state IN ('submitting', 'succeeded', 'refused', 'unknown')),
  CONSTRAINT operations_settles_by CHECK (settles_by IN ('look-up', 'person')),
  CONSTRAINT operations_unknown_because CHECK (unknown_because IN ('no_answer', 'unreadable_answer', 'unlisted_code')),
  CONSTRAINT operations_settled_by CHECK (settled_by IN ('answer', 'look-up', 'person')),
  CONSTRAINT operations_settled CHECK ((state IN ('succeeded', 'refused')) = (settled_at IS NOT NULL AND settled_by IS NOT NULL)),
  CONSTRAINT operations_unknown CHECK (state <> 'unknown' OR (unknown_because IS NOT NULL AND unknown_since IS NOT NULL AND settles_by IS NOT NULL)),
  CONSTRAINT operations_refusal CHECK ((state = 'refused') = (refusal IS NOT NULL)),
  CONSTRAINT operations_answer CHECK ((answer_status IS NULL) = (answer IS NULL) AND (answer IS NULL OR state IN ('succeeded', 'refused')))
);
-- One Idempotency-Key of one caller is one operation (I1).
CREATE UNIQUE INDEX operations_idempotency_key ON operations (tenant, caller, idempotency_key);
CREATE INDEX operations_tenant_id_idx ON operations (tenant, id DESC);
CREATE INDEX operations_tenant_state_idx ON operations (tenant, state, id DESC);
CREATE INDEX operations_tenant_account_idx ON operations (tenant, account, id DESC);
CREATE INDEX operations_tenant_type_idx ON operations (tenant, type, id DESC);
-- What the sweep looks for: writes without a known outcome. Few rows, so a small index.
CREATE INDEX operations_unsettled_idx ON operations (state, created_at) WHERE state IN ('submitting', 'unknown');

-- Every call about an operation: the evidence for its outcome.
CREATE TABLE operation_attempts (
  operation_id      uuid NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  number            integer NOT NULL,
  kind              text NOT NULL,
  started_at        timestamptz(3) NOT NULL,
  finished_at       timestamptz(3) NOT NULL,
  outcome           text NOT NULL,
  http_status       smallint,
  provider_code     text,
  provider_message  text,
  PRIMARY KEY (operation_id, number),
  CONSTRAINT operation_attempts_number CHECK (number >= 0),
  CONSTRAINT operation_attempts_kind CHECK (kind IN ('send', 'look-up')),
  CONSTRAINT operation_attempts_send_once CHECK (kind <> 'send' OR number = 0),
  CONSTRAINT operation_attempts_outcome CHECK (outcome IN ('done', 'refused', 'unknown', 'absent'))
);

-- Products as the provider last listed them.
CREATE TABLE card_products (
  id                uuid PRIMARY KEY,
  tenant            text NOT NULL,
  provider          text NOT NULL,
  account           text NOT NULL,
  provider_ref      text NOT NULL,
  name              text,
  bin               text,
  network           text,
  category          text,
  forms             text[] NOT NULL DEFAULT '{}',
  currencies        text[] NOT NULL DEFAULT '{}',
  balance_currency  text,
  region            text,
  bank              text,
  status            text NOT NULL,
  provider_status   text,
  issuable          boolean NOT NULL,
  limits            jsonb,
  seen_at           timestamptz(3) NOT NULL,
  CONSTRAINT card_products_status CHECK (status IN ('available', 'maintenance_planned', 'maintenance', 'delisted', 'listing_planned', 'unrecognized')),
  CONSTRAINT card_products_forms CHECK (forms <@ ARRAY['virtual', 'physical'])
);
CREATE UNIQUE INDEX card_products_provider_ref_key ON card_products (account, provider_ref);
CREATE INDEX card_products_tenant_idx ON card_products (tenant, id DESC);

CREATE TABLE cardholders (
  id               uuid PRIMARY KEY,
  tenant           text NOT NULL,
  provider         text NOT NULL,
  account          text NOT NULL,
  provider_ref     text,
  reference        text NOT NULL,
  status           text NOT NULL,
  provider_status  text,
  fail_reason      text,
  operation_id     uuid REFERENCES operations (id),
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  synced_at        timestamptz(3),
  CONSTRAINT cardholders_status CHECK (status IN ('pending', 'in_review', 'approved', 'rejected', 'failed', 'unrecognized')),
  CONSTRAINT cardholders_failed_is_nowhere CHECK (status <> 'failed' OR provider_ref IS NULL)
);
CREATE UNIQUE INDEX cardholders_provider_ref_key ON cardholders (account, provider_ref);
-- One person is applied for once; after a refusal, which is certain, again.
CREATE UNIQUE INDEX cardholders_reference_key ON cardholders (account, reference) WHERE status <> 'failed';
CREATE INDEX cardholders_tenant_idx ON cardholders (tenant, id DESC);
CREATE INDEX cardholders_tenant_reference_idx ON cardholders (tenant, reference, id DESC);
CREATE INDEX cardholders_tenant_status_idx ON cardholders (tenant, status, id DESC);

CREATE TABLE cards (
  id                   uuid PRIMARY KEY,
  tenant               text NOT NULL,
  provider             text NOT NULL,
  account              text NOT NULL,
  provider_ref         text,
  product_ref          text,
  cardholder_ref       text,
  form                 text,
  network              text,
  bin                  text,
  last4                text,
  expiry               text,
  status               text NOT NULL,
  provider_status      text,
  balance              numeric,
  total_loaded         numeric,
  activated_at         timestamptz(3),
  cancel_requested_at  timestamptz(3),
  cancelled_at         timestamptz(3),
  pan_sealed           bytea,
  pan_fingerprint      text,
  operation_id         uuid REFERENCES operations (id),
  created_at           timestamptz(3) NOT NULL,
  updated_at           timestamptz(3) NOT NULL,
  synced_at            timestamptz(3),
  CONSTRAINT cards_status CHECK (status IN ('pending', 'inactive', 'active', 'frozen', 'cancelling', 'cancelled', 'failed', 'lost', 'replaced', 'unrecognized')),
  CONSTRAINT cards_form CHECK (form IN ('virtual', 'physical')),
  CONSTRAINT cards_last4 CHECK (last4 ~ '^[0-9]{4}$'),
  CONSTRAINT cards_bin CHECK (bin ~ '^[0-9]{6}$'),
  CONSTRAINT cards_expiry CHECK (expiry ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  CONSTRAINT cards_sealed_has_fingerprint CHECK ((pan_sealed IS NULL) = (pan_fingerprint IS NULL))
);
-- One card of a provider is one row, however often it is seen (keeps a sync from doubling and an order from losing it).
CREATE UNIQUE INDEX cards_provider_ref_key ON cards (account, provider_ref);
CREATE INDEX cards_tenant_idx ON cards (tenant, id DESC);
CREATE INDEX cards_account_idx ON cards (tenant, account, id DESC);
CREATE INDEX cards_status_idx ON cards (tenant, status, id DESC);
CREATE INDEX cards_cardholder_idx ON cards (account, cardholder_ref, id DESC);
CREATE INDEX cards_product_idx ON cards (account, product_ref, id DESC);
CREATE INDEX cards_last4_idx ON cards (tenant, last4, id DESC);

CREATE TABLE bindings (
  id                    uuid PRIMARY KEY,
  tenant                text NOT NULL,
  provider              text NOT NULL,
  account               text NOT NULL,
  user_ref              text NOT NULL,
  kind                  text NOT NULL,
  provider_ref          text,
  status                text NOT NULL,
  masked_number         text NOT NULL,
  bin                   text,
  last4                 text NOT NULL,
  network               text,
  card_type             text,
  bank_code             text,
  bank_name             text,
  expiry                text,
  bin_country           text,
  token_sealed          bytea,
  pan_fingerprint       text,
  phone_fingerprint     text,
  challenge_ref         text,
  challenge_expires_at  timestamptz(3),
  attempts_left         smallint,
  resend_after          timestamptz(3),
  operation_id          uuid REFERENCES operations (id),
  created_at            timestamptz(3) NOT NULL,
  updated_at            timestamptz(3) NOT NULL,
  synced_at             timestamptz(3),
  CONSTRAINT bindings_kind CHECK (kind IN ('bank_card', 'token', 'subscription')),
  CONSTRAINT bindings_status CHECK (status IN ('starting', 'awaiting_code', 'verifying', 'bound', 'not_required', 'expired', 'refused', 'removed')),
  CONSTRAINT bindings_masked CHECK (masked_number !~ '[0-9]{9}'),
  CONSTRAINT bindings_last4 CHECK (last4 ~ '^[0-9]{4}$'),
  CONSTRAINT bindings_challenge CHECK (status NOT IN ('awaiting_code', 'verifying') OR (challenge_ref IS NOT NULL AND challenge_expires_at IS NOT NULL AND attempts_left IS NOT NULL)),
  CONSTRAINT bindings_attempts CHECK (attempts_left >= 0)
);
-- No document says that the provider's id of a binding is unique beyond the user it is listed for.
CREATE UNIQUE INDEX bindings_provider_ref_key ON bindings (account, user_ref, kind, provider_ref);
-- One open challenge, and one bound row, for a user's bank card.
CREATE UNIQUE INDEX bindings_open_challenge_key ON bindings (account, user_ref, pan_fingerprint) WHERE status IN ('starting', 'awaiting_code', 'verifying');
CREATE UNIQUE INDEX bindings_bound_key ON bindings (account, user_ref, pan_fingerprint) WHERE status = 'bound' AND kind = 'bank_card';
CREATE INDEX bindings_tenant_idx ON bindings (tenant, id DESC);
CREATE INDEX bindings_user_idx ON bindings (account, user_ref, id DESC);
CREATE INDEX bindings_status_idx ON bindings (tenant, status, id DESC);
CREATE INDEX bindings_phone_idx ON bindings (phone_fingerprint, created_at DESC) WHERE phone_fingerprint IS NOT NULL;

CREATE TABLE syncs (
  id            uuid PRIMARY KEY,
  tenant        text NOT NULL,
  provider      text NOT NULL,
  account       text NOT NULL,
  kind          text NOT NULL,
  user_ref      text,
  user_ip       text,
  state         text NOT NULL,
  position      text,
  pages         integer NOT NULL DEFAULT 0,
  seen          integer NOT NULL DEFAULT 0,
  total         integer,
  failure       text,
  operation_id  uuid REFERENCES operations (id),
  created_at    timestamptz(3) NOT NULL,
  started_at    timestamptz(3),
  finished_at   timestamptz(3),
  CONSTRAINT syncs_kind CHECK (kind IN ('cards', 'bank_card', 'token', 'subscription')),
  CONSTRAINT syncs_user CHECK ((kind = 'cards') = (user_ref IS NULL)),
  CONSTRAINT syncs_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
  CONSTRAINT syncs_finished CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
  CONSTRAINT syncs_failure CHECK ((state = 'failed') = (failure IS NOT NULL))
);
