import {
  applicationKinds,
  type BindingFacet,
  type BindingKind,
  bindingKinds,
  type Identity,
  type Outcome,
  Pan,
  type ProviderAdapter,
  type ProviderTransaction,
  Secret,
} from '@card-gateway/core';
import { expect, test } from 'vitest';
import { testCall } from '../call.ts';

const place = {
  country: 'GB',
  state: 'London',
  city: 'London',
  line1: '1 Main Street',
  line2: '',
  postalCode: 'N1 9GU',
};
const contact = { firstName: 'Ada', lastName: 'Lovelace', phoneCode: '44', phone: '2079460000' };
const identities: Readonly<Record<Identity['kind'], Identity>> = {
  sumsub: { kind: 'sumsub', shareToken: new Secret('share-token') },
  person: {
    kind: 'person',
    person: { ...contact, birthDate: '1990-02-28', email: 'ada@example.com', address: place },
  },
};
const pins = ['1793', '179362', '17936284', '0000', '111111', '123456'].map((pin) => new Secret(pin));

/** An opened adapter, and the outcomes of its calls. */
export interface Declared {
  readonly open: () => ProviderAdapter;
  /** Number of requests so far, of any kind. */
  readonly requests: () => number;
  /** The outcome of this call's documented success; null if the suite has no such call. */
  readonly successOf: (name: string) => Promise<Outcome<unknown> | null>;
}

/**
 * The laws of what facets declare. The gateway validates orders against the declarations: undeclared inputs are refused without
 * a request, and declared ones appear in answers.
 */
export function declarations({ open, requests, successOf }: Declared): void {
  async function expectUnsupported(ask: () => Promise<Outcome<unknown>>): Promise<void> {
    const before = requests();
    expect(await ask()).toMatchObject({ kind: 'refused', refusal: { reason: 'unsupported' } });
    expect(requests()).toBe(before);
  }

  /** The adapter has such a call, whatever the provider answers. */
  async function expectSupported(ask: () => Promise<Outcome<unknown>>): Promise<void> {
    expect(await ask()).not.toMatchObject({ refusal: { reason: 'unsupported' } });
  }

  test('who issues to cardholders has some, and an order without one is refused', async () => {
    const { issuing, cardholders } = open();
    if (issuing?.cardholder !== 'required') return;
    expect(cardholders).toBeDefined();
    const before = requests();
    const order = {
      reference: 'card_01',
      productRef: 'p',
      cardholderRef: null,
      form: 'virtual',
      address: null,
    } as const;
    expect(await issuing.issue(order, testCall())).toMatchObject({ kind: 'refused' });
    expect(requests()).toBe(before);
  });

  test('an address in plain English letters is taken, and each fault names a field', () => {
    const { issuing } = open();
    const plain = { ...contact, ...place };
    expect(issuing?.addressFaults?.(plain) ?? []).toEqual([]);
    const odd = Object.fromEntries(Object.keys(plain).map((field) => [field, '\u0416'])) as typeof plain;
    const faults = issuing?.addressFaults?.(odd) ?? [];
    expect(Object.keys(plain)).toEqual(expect.arrayContaining(faults.map(({ field }) => field)));
    expect(faults.filter(({ expected }) => !expected.startsWith('expected '))).toEqual([]);
  });

  test('applications of the declared kinds are sent, and others refused', async () => {
    const { cardholders } = open();
    if (cardholders === undefined) return;
    expect(cardholders.applications.length).toBeGreaterThan(0);
    for (const kind of applicationKinds) {
      const application = { reference: 'chd_01', identity: identities[kind] };
      const check = cardholders.applications.includes(kind) ? expectSupported : expectUnsupported;
      await check(() => cardholders.apply(application, testCall()));
    }
  });

  test('bindings for the declared purposes are sent, and others refused', async () => {
    const { binding } = open();
    if (binding === undefined) return;
    const declared = Object.keys(binding.purposes);
    for (const purpose of declared) await expectSupported(() => started(binding, purpose));
    if (declared.length === 0) return await expectSupported(() => started(binding, null));
    for (const purpose of ['no-such-purpose', 'constructor', null]) {
      await expectUnsupported(() => started(binding, purpose));
    }
  });

  test('bindings of the declared kinds are listed, with tokens if they are declared, and others refused', async () => {
    const { boundCards } = open();
    if (boundCards === undefined) return;
    const list = (kind: BindingKind) => boundCards.list({ user: 'user-1', kind, userIp: '203.0.113.7' }, testCall());
    for (const kind of bindingKinds) {
      await (boundCards.kinds.includes(kind) ? expectSupported : expectUnsupported)(() => list(kind));
    }
    const shown = await successOf('boundCards.list');
    const { cards } = (shown?.kind === 'done' ? shown.value : { cards: [] }) as {
      cards: { kind: BindingKind; token: unknown }[];
    };
    for (const { kind, token } of cards) {
      expect(boundCards.kinds).toContain(kind);
      expect(token !== null).toBe(boundCards.givesTokens);
    }
  });

  test('a PIN has a rule if one can be wrong, and one fits', () => {
    const { cardControls } = open();
    if (cardControls === undefined || cardControls.gaps?.setPin !== undefined) return;
    const faults = pins.map((pin) => cardControls.pinFault(pin));
    expect(faults).toContain(null);
    expect(faults.some((fault) => fault !== null)).toBe(cardControls.pinRule !== null);
  });

  test('transactions have the declared types', async () => {
    const { transactions } = open();
    if (transactions === undefined) return;
    expect(new Set(transactions.types).size).toBe(transactions.types.length);
    const shown = await successOf('transactions.page');
    const { items } = (shown?.kind === 'done' ? shown.value : { items: [] }) as { items: ProviderTransaction[] };
    for (const { type } of items) expect([...transactions.types, 'unrecognized']).toContain(type);
  });

  test('a decision has some time, or is never asked for', () => {
    const { callbacks } = open();
    expect(callbacks?.decisionTimeMs ?? Infinity).toBeGreaterThan(200);
  });
}

function started(binding: BindingFacet, purpose: string | null): Promise<Outcome<unknown>> {
  const pan = Pan.parse('6217001234567890123');
  if (pan === null) throw new Error('no card number');
  return binding.start(
    {
      reference: 'op_1',
      user: 'user-1',
      pan,
      phone: new Secret('13800000000'),
      purpose,
      loanOrder: purpose === null ? null : 'LOAN-1',
      userIp: '203.0.113.7',
    },
    testCall(),
  );
}
