import type { CallbackVerdict } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { callbackBody, cardUpdate, consumption, facet, question, received, signatureOf } from './testing/callback.ts';

const samples = [
  ['Card_update', cardUpdate, 'card_hint'],
  ['Consumption', consumption, 'transaction_hint'],
  ['Auth', question, 'refused'],
] as const;

/** A member of `data`: its name, its JSON, and the text that is signed for it. */
interface Member {
  readonly name: string;
  readonly json: string;
  readonly text: string;
}

/** The members of an object as they stand there; null ones too. */
function membersOf(data: string): Member[] {
  const parts = data.slice(1, -1).match(/"\w+":(?:"[^"]*"|\[.*?\]|\{.*?\}|[^,]+)/g) ?? [];
  return parts.map((part) => {
    const [, name = '', json = ''] = /^"(\w+)":(.*)$/.exec(part) ?? [];
    return { name, json, text: json.startsWith('"') ? (JSON.parse(json) as string) : json };
  });
}

const dataOf = (members: readonly Member[]): string =>
  `{${members.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
const byName = (one: Member, other: Member): number => (one.name < other.name ? -1 : 1);

/** Members as one whose value holds the others: the signed text stays the same where none of ours stands between them. */
function merged(members: readonly Member[], from: number, to: number): string {
  const signed = members.filter(({ json }) => json !== 'null').toSorted(byName);
  const [first, ...others] = signed.slice(from, to);
  if (first === undefined) throw new Error('nothing to merge');
  const text = [first.text, ...others.map((member) => `${member.name}=${member.text}`)].join('&');
  const rest = signed.filter((member) => member !== first && !others.includes(member));
  return dataOf([...rest, { name: first.name, json: JSON.stringify(text), text }]);
}

async function verdicts(text: string, bodies: readonly string[]): Promise<CallbackVerdict[]> {
  const callbacks = await facet();
  return bodies.map((body) => callbacks.receive(received(body, signatureOf(text))));
}

describe.each(samples)('%s with the signature that it came with', (action, sample, hinted) => {
  const members = membersOf(sample.data);
  const signed = members.filter(({ json }) => json !== 'null');

  async function genuine(): Promise<CallbackVerdict> {
    const [verdict] = await verdicts(sample.text, [callbackBody(action, sample.data)]);
    if (verdict?.kind !== 'accepted') throw new Error('the sample is not accepted');
    return verdict;
  }

  /** What each of these altered bodies comes to. */
  async function outcomes(altered: readonly string[], also: (data: string) => string = (data) => data) {
    const [whole, callbacks] = [await genuine(), await facet()];
    const bodies = altered.map((data) => callbackBody(action, also(data)));
    return (await verdicts(sample.text, bodies)).map((verdict) => {
      if (verdict.kind === 'refused') return 'refused';
      const { kind } = callbacks.eventOf(verdict.record);
      if (kind !== 'card_hint' && kind !== 'transaction_hint') expect(verdict).toEqual(whole);
      return kind.endsWith('_hint') ? kind : 'same';
    });
  }

  test('merged, two or more members into one: never believed', async () => {
    const altered = signed.flatMap((_, from) =>
      signed.slice(from + 1).map((_member, index) => merged(members, from, from + 2 + index)),
    );
    const seen = await outcomes(altered);
    expect(new Set(seen)).toEqual(new Set(['refused', hinted]));
  });

  test('with a member as its own text, or a text as what it spells: never believed', async () => {
    const altered = signed.map((member) =>
      dataOf(
        members.map((one) => {
          if (one !== member) return one;
          return { ...one, json: one.json.startsWith('"') ? one.text : JSON.stringify(one.text) };
        }),
      ),
    );
    const seen = await outcomes(altered);
    expect(new Set(seen)).toEqual(new Set(['refused', hinted]));
    const swapped = signed.filter(({ json }) => !json.startsWith('"'));
    expect(seen.filter((one) => one === hinted).length).toBeGreaterThanOrEqual(
      hinted === 'refused' ? 0 : swapped.length,
    );
  });

  test('with a member twice: refused', async () => {
    const others = ['"other"', '1', 'null', '{}'].map((json) => ({ json, text: '' }));
    const altered = signed.flatMap((member) =>
      [...others, member].flatMap(({ json }) => {
        const doubled = { name: member.name, json, text: '' };
        return [dataOf([doubled, ...members]), dataOf([...members, doubled])];
      }),
    );
    expect(new Set(await outcomes(altered))).toEqual(new Set(['refused']));
  });

  test('with its members in another order: the same', async () => {
    const altered = members.map((_, at) => dataOf([...members.slice(at), ...members.slice(0, at)]));
    expect(new Set(await outcomes(altered))).toEqual(new Set(['same']));
  });

  test('without a member, with one more, or with a null for one', async () => {
    const without = signed.map((member) => dataOf(members.filter((one) => one !== member)));
    const nulled = signed.map((member) =>
      dataOf(members.map((one) => (one === member ? { ...one, json: 'null' } : one))),
    );
    const renamed = signed.map((member) =>
      dataOf(members.map((one) => (one === member ? { ...one, name: `${one.name}_` } : one))),
    );
    const added = ['fee', 'consume_no', 'after_status', 'x'].map((name) =>
      dataOf([...members.filter((one) => one.name !== name), { name, json: '""', text: '' }]),
    );
    const unsaid = ['x', 'cardholder_no', 'fee_list'].map((name) =>
      dataOf([
        ...members.filter((one) => one.name !== name || one.json !== 'null'),
        { name: `${name}_`, json: 'null', text: '' },
      ]),
    );
    expect(new Set(await outcomes([...without, ...nulled, ...renamed, ...added]))).toEqual(new Set(['refused']));
    expect(new Set(await outcomes(unsaid))).toEqual(new Set(['same']));
  });
});

test('a genuine callback that could be cut in another way makes its transaction be read, once whatever it says', async () => {
  const callbacks = await facet();
  const keys = ['0.01', '0.02'].map((fee) => {
    const data = consumption.data.replace('"Café"', `"Café&fee=${fee}"`).replace('"fee":1.50,', '');
    const text = consumption.text.replace('detail=Café&fee=1.50', `detail=Café&fee=${fee}`);
    const verdict = callbacks.receive(received(callbackBody('Consumption', data), signatureOf(text)));
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    expect(callbacks.eventOf(verdict.record)).toEqual({ kind: 'transaction_hint', transactionRef: 'T1' });
    return verdict.deduplicationKey;
  });
  expect(new Set(keys).size).toBe(1);
});

test.each(['', 'C 1', 'C1&x=y', 'C'.repeat(65), '../C1'])('"%s" is nothing that could be read', async (cardNo) => {
  const data = JSON.stringify({ card_no: cardNo, after_status: 'Frozen', time: '1' });
  const text = `after_status=Frozen&appId=test_api_key&card_no=${cardNo}&time=1&timestamp=1716307200000`;
  const [verdict] = await verdicts(text, [callbackBody('Card_update', data)]);
  expect(verdict).toEqual({ kind: 'refused', why: 'unreadable' });
});
