CREATE TABLE products (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  account text NOT NULL,
  provider_ref text NOT NULL,
  network text
);

CREATE TABLE cardholders (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  account text NOT NULL,
  provider_ref text NOT NULL
);

CREATE TABLE operations (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  type text NOT NULL,
  resource_id uuid NOT NULL,
  outcome text NOT NULL,
  answer json,
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  UNIQUE (tenant, idempotency_key)
);

CREATE TABLE cards (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  provider text NOT NULL,
  account text NOT NULL,
  provider_ref text,
  product_id uuid NOT NULL REFERENCES products,
  cardholder_id uuid NOT NULL REFERENCES cardholders,
  form text NOT NULL,
  network text,
  last4 text,
  expiry text,
  status text NOT NULL,
  provider_status text,
  status_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account, provider_ref)
);
CREATE INDEX cards_tenant ON cards (tenant, id DESC);

CREATE TABLE bindings (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  account text NOT NULL,
  user_ref text NOT NULL,
  masked_number text NOT NULL,
  last4 text NOT NULL,
  status text NOT NULL,
  challenge_ref text,
  challenge_expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bindings_tenant ON bindings (tenant, id DESC);

CREATE TABLE callbacks (
  account text NOT NULL,
  signature text NOT NULL,
  body json NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, signature)
);
