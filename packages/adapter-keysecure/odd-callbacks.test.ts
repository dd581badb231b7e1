import { forOddJson, unstorable } from '@card-gateway/adapter-kit/testing';
import { expect, test } from 'vitest';
import {
  callbackBody,
  cardUpdate,
  consumption,
  facet,
  question,
  received,
  signatureOf,
  signing,
} from './testing/callback.ts';

/** What is signed for data (keysecure.md §4.2), as far as JavaScript writes its values as they stand there. */
function signedText(data: string): string {
  const members = JSON.parse(data) as Record<string, unknown>;
  const texts = Object.entries({ ...members, appId: signing.appId, timestamp: signing.timestamp })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  return texts
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]) => `${name}=${text}`)
    .join('&');
}

test.each([
  ['Card_update', cardUpdate.data],
  ['Consumption', consumption.data],
  ['Auth', question.data],
])('a signed %s with odd values throws nothing, and tells nothing that could not be stored', async (action, data) => {
  const [callbacks, later] = [await facet(), await facet()];
  const verdicts: string[] = [];
  await forOddJson(data, (odd) => {
    const verdict = callbacks.receive(received(callbackBody(action, odd), signatureOf(signedText(odd))));
    verdicts.push(verdict.kind);
    if (verdict.kind === 'refused') return;
    const event = callbacks.eventOf(verdict.record);
    expect(unstorable(event)).toEqual([]);
    // One that has not received it reads the same in its record.
    expect(later.eventOf(verdict.record)).toEqual(event);
    expect(callbacks.acknowledge(verdict.record, 'decline').body).toContain('"code"');
  });
  expect(new Set(verdicts)).toEqual(new Set(['accepted', 'refused']));
});

test.each(['{}', '[]', 'null', '7', '"x"', '', '{"action":7}', '{"action":"Auth","data":[]}', '\uFEFF{}'])(
  'the body %j is refused',
  async (body) => {
    const callbacks = await facet();
    expect(callbacks.receive(received(body, signatureOf(body))).kind).toBe('refused');
  },
);
