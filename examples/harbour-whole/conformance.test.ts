import { type CardChange, type Decimal, type ProviderAdapter, Secret } from '@card-gateway/core';
import { conformance, type ConformanceCall } from '@card-gateway/adapter-kit/testing';
import { json, type SeenRequest } from '@card-gateway/adapter-kit/testing';
import { application, type HarbourAdapter, openAdapter, ordered, person, pin, row } from './testing/account.ts';
import { clientSecret } from './testing/provider.ts';
import { cvv, failure } from './testing/routes.ts';

/** The calls of the adapter, for the suite. */
const own = (adapter: ProviderAdapter): HarbourAdapter => adapter as HarbourAdapter;
const unlistedCode = (): ReturnType<typeof failure> => failure(422, 'new_code', 'no');
const refusal = (): ReturnType<typeof failure> => failure(404, 'no_such_card', 'no');
const card = { providerRef: 'hc_1', pan: null };
const changed = (wanted: CardChange, success: ConformanceCall['success']): ConformanceCall => ({
  name: `cardControls.change ${wanted.kind}`,
  call: (adapter, call) => own(adapter).cardControls.change({ providerRef: 'hc_1', cardholderRef: null }, wanted, call),
  success,
  unlistedCode,
  refusal,
});

const holder = { id: 'hh_1', reference: 'chd_01', state: 'approved', reason: null };
const product = { id: 'hp_1', name: 'Gift card', network: 'VISA', currency: 'USD', forms: ['virtual'], open: true };

/** The token, and the first step of a reveal. */
function aside({ path }: SeenRequest): ReturnType<typeof json> | null {
  if (path === '/oauth/token') return json({ access_token: 'token-canary-77', token_type: 'Bearer', expires_in: 60 });
  return path.endsWith('/reveals') ? json({ key: 'reveal-key-canary', expires_in: 30 }, 201) : null;
}

const calls: readonly ConformanceCall[] = [
  {
    name: 'products.page',
    call: (adapter, call) => own(adapter).products.page(null, call),
    success: () => json({ data: [product, { ...product, id: 'hp_2' }], next: '2' }),
    unlistedCode,
  },
  {
    name: 'cardholders.apply',
    call: (adapter, call) => own(adapter).cardholders.apply(application, call),
    success: () => json(holder, 201),
    unlistedCode,
    refusal: () => failure(422, 'no_person', 'Ada-canary of Dover-canary'),
  },
  {
    name: 'cardholders.reconciliation.find',
    call: async (adapter, call) => {
      const { reconciliation } = own(adapter).cardholders;
      if (reconciliation.by !== 'look-up') throw new Error('no look-up');
      return reconciliation.find({ reference: 'chd_01', sentAt: new Date(0) }, call);
    },
    success: () => json({ data: [holder] }),
    unlistedCode,
  },
  {
    name: 'cardholders.read',
    call: (adapter, call) => own(adapter).cardholders.read('hh_1', call),
    success: () => json(holder),
    unlistedCode,
    refusal: () => failure(404, 'no_such_holder', 'no'),
  },
  {
    name: 'reveal.card',
    call: (adapter, call) => own(adapter).reveal.card(card, call),
    success: () => json({ card: 'hc_1', number: '4000001234560001', cvv, expiry: { month: '9', year: '31' } }),
    unlistedCode,
    refusal: () => failure(410, 'key_used', 'no'),
  },
  {
    name: 'issuing.issue',
    call: (adapter, call) => own(adapter).issuing.issue(ordered, call),
    success: () => json(row, 201),
    unlistedCode,
    refusal: () => failure(422, 'card_limit', 'no more'),
  },
  {
    name: 'issuing.reconciliation.find',
    call: async (adapter, call) => {
      const { reconciliation } = own(adapter).issuing;
      if (reconciliation.by !== 'look-up') throw new Error('no look-up');
      return reconciliation.find({ reference: 'card_01', sentAt: new Date(0) }, call);
    },
    success: () => json({ data: [row], next: null }),
    unlistedCode,
  },
  {
    name: 'cards.page',
    call: (adapter, call) => own(adapter).cards.page(null, call),
    success: () => json({ data: [row, { ...row, id: 'hc_2' }], next: '2' }),
    unlistedCode,
  },
  {
    name: 'cards.read',
    call: (adapter, call) => own(adapter).cards.read(card, call),
    success: () => json(row),
    unlistedCode,
  },
  {
    name: 'transfers.send',
    call: (adapter, call) => {
      const order = { reference: 'trf_1', cardholderRef: 'h', direction: 'in', amount: '1.00' as Decimal } as const;
      return own(adapter).transfers.send(order, call);
    },
    success: () => json({ id: 'ht_1', reference: 'trf_1', state: 'done' }, 201),
    unlistedCode,
    refusal: () => failure(422, 'too_much', 'no'),
  },
  {
    name: 'transfers.balances',
    call: (adapter, call) => own(adapter).transfers.balances('h', call),
    success: () => json({ data: [{ currency: 'USD', amount: '1.00' }] }),
    unlistedCode,
  },
  changed({ kind: 'freeze' }, () => json(row)),
  changed({ kind: 'unfreeze' }, () => json({ ...row, state: 'active' })),
  changed({ kind: 'setPin', pin: new Secret(pin) }, () => json(row)),
  changed({ kind: 'cancel' }, () => ({ kind: 'answer', status: 204, body: '' })),
];

conformance({
  provider: 'harbour, anonymous',
  open: (baseUrl, host) => openAdapter(baseUrl, host, clientSecret, 'anonymous'),
  aside,
  canaries: ['token-canary-77', clientSecret],
  calls: [
    {
      name: 'issuing.issue',
      call: (adapter, call) => own(adapter).issuing.issue({ ...ordered, cardholderRef: null }, call),
      success: () => json({ ...row, holder: null }, 201),
      unlistedCode,
      refusal: () => failure(422, 'card_limit', 'no more'),
    },
  ],
  callsElsewhere: calls,
});

conformance({
  provider: 'harbour',
  open: openAdapter,
  aside,
  canaries: [
    'token-canary-77',
    'reveal-key-canary',
    clientSecret,
    pin,
    cvv,
    '4000001234560001',
    person.firstName,
    person.lastName,
    person.birthDate,
    person.email,
    person.phone,
    person.address.city,
  ],
  calls,
});
