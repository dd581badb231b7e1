import { type CallbacksFacet, type CallbackVerdict, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { sign } from './signature.ts';
import { fixture, openAdapter } from './testing/account.ts';

/** The example key printed beside the published notification (onerway.md §6.1). */
const secretKey = 'de45ae6504ca46cb94ebd734bb650345';
const receivedAt = Date.parse('2024-05-21T09:52:04+08:00');

type Fields = Readonly<Record<string, string>>;

const { sign: _, paymentMethod: __, txnAmount: ___, ...sale } = JSON.parse(fixture('notification.json')) as Fields;
const bindCard: Fields = {
  ...sale,
  txnType: 'BIND_CARD',
  orderAmount: '0.00',
  tokenId: 'f3a3e62026eab515003c3ee30ebf32386dbf6feb20fc556f3e2646b85ab53471',
  cardBinCountry: 'US',
  scenarios: 'SUBSCRIPTION_INITIAL',
  contractId: '1813837154846384128',
  txnAmount: '1.10',
  txnCurrency: 'EUR',
};
const chargeback: Fields = {
  ...sale,
  notifyType: 'CHARGEBACK',
  txnType: '',
  chargebackStatus: 'NEW',
  chargebackAmount: '500.00',
  chargebackCurrency: 'EUR',
  importTime: '2024-05-21 09:52:03',
};

/** Documented names (§6.2), and one that is not. */
const names = [
  ...'notifyType txnType transactionId originTransactionId merchantTxnId merchantNo responseTime txnTime txnTimeZone'.split(
    ' ',
  ),
  ...'orderAmount orderCurrency txnAmount txnCurrency settleRate paymentMethod status reason contractId tokenId eci'.split(
    ' ',
  ),
  ...'chargebackDate importTime appealDueTime chargebackAmount chargebackCurrency chargebackStatus chargebackArn'.split(
    ' ',
  ),
  ...'chargebackCode chargebackReason paymentId paymentStatus cardBinCountry paymentMethodDetails scenarios'.split(' '),
  ...'dataStatus subscriptionStatus products merchantCustId tokenInfo'.split(' '),
];

function callbacks(): CallbacksFacet {
  const host = { send: () => Promise.reject(new Error('a notification asks nobody')), now: () => receivedAt };
  const settings = { merchantNo: '800277', secretKey: new Secret(secretKey) };
  const facet = openAdapter('https://acq.example', host, settings).callbacks;
  if (facet === undefined) throw new Error('the adapter lacks its facet');
  return facet;
}

/** Every way to give one signed text other names or other borders, by a few changes of the fields as they were. */
function recuts(genuine: Fields): Fields[] {
  const fields = Object.entries(genuine)
    .filter(([, value]) => value !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const found: [string, string][][] = [];
  fields.forEach(([name, value], at) => {
    const [before, behind] = [fields.slice(0, at), fields.slice(at + 1)];
    const [previous = '', next = '~'] = [before.at(-1)?.[0], behind[0]?.[0]];
    const between = names.filter((one) => one > previous && one < next && one !== name);
    for (const other of between) {
      // Another name, in the same place.
      found.push([...before, [other, value], ...behind]);
      for (let length = 1; length < value.length; length += 1) {
        // A part of it as a field of its own.
        const [head, tail] = [value.slice(0, length), value.slice(length)];
        found.push([
          ...before,
          ...(other < name
            ? [
                [other, head],
                [name, tail],
              ]
            : [
                [name, head],
                [other, tail],
              ]),
          ...behind,
        ] as [string, string][]);
      }
    }
    const [neighbour, third] = behind;
    if (neighbour === undefined) return;
    const rest = behind.slice(1);
    // Two as one, under either name.
    for (const one of [name, neighbour[0]]) found.push([...before, [one, value + neighbour[1]], ...rest]);
    // Borders moved: of two fields, and of three so that the middle one keeps its length.
    const both = value + neighbour[1];
    for (let length = 1; length < both.length; length += 1) {
      found.push([...before, [name, both.slice(0, length)], [neighbour[0], both.slice(length)], ...rest]);
    }
    if (third === undefined) return;
    const all = both + third[1];
    for (let length = 0; length + neighbour[1].length <= all.length; length += 1) {
      const end = length + neighbour[1].length;
      const parts: [string, string][] = [
        [name, all.slice(0, length)],
        [neighbour[0], all.slice(length, end)],
        [third[0], all.slice(end)],
      ];
      found.push([...before, ...parts, ...rest.slice(1)]);
    }
  });
  return found
    .map((entries) => Object.fromEntries(entries))
    .filter((one) => JSON.stringify(one) !== JSON.stringify(Object.fromEntries(fields)));
}

const receive = (fields: Fields, signature: string): CallbackVerdict =>
  callbacks().receive({ headers: {}, body: Buffer.from(JSON.stringify({ ...fields, sign: signature })), receivedAt });

describe.each([
  ['a sale', sale],
  ['a card that was bound', bindCard],
  ['a chargeback', chargeback],
])('%s, cut anew under its own signature', (_what, genuine) => {
  const signature = sign(genuine, secretKey);
  const whole = receive(genuine, signature);

  test('says the same or is refused, in whatever way', () => {
    expect(whole.kind).toBe('accepted');
    const cuts = recuts(genuine);
    expect(cuts.length).toBeGreaterThan(500);
    let signed = 0;
    for (const cut of cuts) {
      const verdict = receive(cut, signature);
      if (verdict.kind === 'accepted') expect([cut, verdict]).toEqual([cut, whole]);
      else signed += verdict.why === 'bad_signature' ? 0 : 1;
    }
    // Nearly all have a signature that fits: it is not that which refuses them.
    expect(signed).toBeGreaterThan(cuts.length / 2);
  });

  test('with a value as a number, as its own JSON, or a field twice: refused', () => {
    for (const [name, value] of Object.entries(genuine)) {
      const body = JSON.stringify({ ...genuine, sign: signature });
      const json = JSON.stringify(value);
      const altered = [
        body.replace(`"${name}":${json}`, `"${name}":${/^\d+(\.\d+)?$|^\{/.test(value) ? value : '1'}`),
        body.replace(`"${name}":${json}`, `"${name}":"other","${name}":${json}`),
      ];
      for (const text of altered) {
        expect(callbacks().receive({ headers: {}, body: Buffer.from(text), receivedAt }).kind).toBe('refused');
      }
    }
  });
});
