import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventExamples } from '@card-gateway/contract';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EventRefused, type ReceivedHeaders, verifyEvent } from './index.ts';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;
const [current, former, foreign] = [secretOf(32), secretOf(24), secretOf(32)];
const now = new Date('2026-11-22T10:00:00.900Z');
// The library reads this machine's clock.
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now });
});
afterAll(() => {
  vi.useRealTimers();
});

const [example] = eventExamples;
const id = example?.id ?? '';
// Names that are not ASCII: the signature is over bytes.
const body = JSON.stringify({ ...example, account: 'café', provider: '建设银行' });

/** Signed by the library of Standard Webhooks, not by code of ours. */
function signed(secrets: readonly string[], secondsFromNow = 0, text = body): Record<string, string> {
  const at = new Date(Math.floor(now.getTime() / 1000 + secondsFromNow) * 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, text)).join(' '),
  };
}
const verify = (
  headers: ReceivedHeaders,
  secrets: string | readonly string[] = current,
  text: string | Uint8Array = body,
) => verifyEvent(headers, text, secrets);

describe('an event signed by the npm library', () => {
  test('is read, from Node’s headers, a Request’s, and bytes', () => {
    const headers = signed([current]);
    const event = JSON.parse(body) as unknown;
    expect(verify(headers)).toEqual(event);
    expect(verify(new Headers(headers))).toEqual(event);
    expect(verify(headers, [current], Buffer.from(body))).toEqual(event);
  });

  test('is read from headers in their own case, and in lists of one', () => {
    const entries = Object.entries(signed([current]));
    const named = Object.fromEntries(entries.map(([name, value]) => [name.replace('webhook', 'Webhook'), value]));
    const listed = Object.fromEntries(entries.map(([name, value]) => [name, [value]]));
    expect([verify(named).id, verify(listed).id]).toEqual([id, id]);
    const twice = { ...listed, 'webhook-signature': ['v1,a', 'v1,b'] };
    for (const headers of [twice, { ...listed, ...named }]) {
      expect(() => verify(headers)).toThrow(new EventRefused(expectsHeaders));
    }
  });

  test('is read whatever other headers are called, and from part of a buffer', async () => {
    const server = createServer((request, response) => {
      const { id: read } = verify(request.headers);
      response.end(`${read} ${verify(request.headersDistinct).id}`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const names = { get: 'webhook-id', constructor: 'x', toString: 'x', 'x-webhook-id': 'x' };
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      headers: [...Object.entries(signed([current])), ...Object.entries(names), ['__proto__', 'webhook-id']],
    });
    expect(await answer.text()).toBe(`${id} ${id}`);
    server.close();
    await once(server, 'close');
    expect(verify(signed([current]), current, Buffer.from(`[${body}]`).subarray(1, -1)).id).toBe(id);
  });

  test('is read during a rotation, whichever side changes first', () => {
    for (const headers of [
      signed([current]),
      signed([former]),
      signed([former, current]),
      signed([foreign, current]),
    ]) {
      expect(verify(headers, [former, current]).id).toBe(id);
    }
    expect(verify(signed([former, current]), current).id).toBe(id);
  });

  test('is read up to five minutes from its time', () => {
    for (const seconds of [-299, 0, 300]) expect(verify(signed([current], seconds)).id).toBe(id);
  });

  test('shows by its type what its data is', () => {
    const event = verify(signed([current]));
    // The type of `last4` is that of a card's: this compiles.
    const last4 = event.type === 'card.pending' ? event.data?.last4 : 'another type';
    expect(last4).toBeNull();
  });
});

const without = (name: string) =>
  Object.fromEntries(Object.entries(signed([current])).filter(([each]) => each !== name));
const expectsHeaders = 'expected the headers webhook-id, webhook-timestamp and webhook-signature';
const expectsSignature = 'expected the signature of one of the secrets';
const expectsTime = 'expected a webhook-timestamp of the last 300 seconds';

describe('refused, as the npm library refuses it', () => {
  test.each<[what: string, headers: Record<string, string>, why: string, text?: string]>([
    ['signed with another secret', signed([foreign]), expectsSignature],
    ['signed with the former secret alone', signed([former]), expectsSignature],
    ['older than five minutes', signed([current], -301), expectsTime],
    ['of the future', signed([current], 302), expectsTime],
    ['with another body', signed([current]), expectsSignature, body.replace('café', 'cafe')],
    ['with another id', { ...signed([current]), 'webhook-id': id.replace(/.$/, '0') }, expectsSignature],
    [
      'with another time',
      { ...signed([current]), 'webhook-timestamp': signed([], 1)['webhook-timestamp'] ?? '' },
      expectsSignature,
    ],
    [
      'with a truncated signature',
      { ...signed([current]), 'webhook-signature': signed([current])['webhook-signature']?.slice(0, 30) ?? '' },
      expectsSignature,
    ],
    ['with an empty signature', { ...signed([current]), 'webhook-signature': 'v1,' }, expectsSignature],
    [
      'with a signature of another scheme',
      {
        ...signed([current]),
        'webhook-signature': (signed([current])['webhook-signature'] ?? '').replace('v1,', 'v2,'),
      },
      expectsSignature,
    ],
    ['without its id', without('webhook-id'), expectsHeaders],
    ['without its time', without('webhook-timestamp'), expectsHeaders],
    ['without its signature', without('webhook-signature'), expectsHeaders],
  ])('%s', (_, headers, why, text = body) => {
    expect(() => verify(headers, current, text)).toThrow(new EventRefused(why));
    expect(() => new Webhook(current).verify(text, headers)).toThrow();
  });

  test('with any byte of its body changed', () => {
    const bytes = Buffer.from(body);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => verify(signed([current]), current, changed)).toThrow(EventRefused);
    }
  });

  test('without any secret', () => {
    expect(() => verify(signed([current]), [])).toThrow(new EventRefused(expectsSignature));
  });

  test.each(['null', '[]', '{"id":1,"type":"card.pending"}', '{"id":"evt_1"}', 'card'])(
    'that is no event: %s',
    (text) => {
      expect(() => verify(signed([current], 0, text), current, text)).toThrow(
        new EventRefused('expected an event, with an id and a type'),
      );
    },
  );
});

test.each(['', 'whsec_', 'whsec_AAAA', 'whsec_****', current.slice('whsec_'.length)])(
  'a secret "%s" is none',
  (secret) => {
    expect(() => verify(signed([current]), [current, secret])).toThrow(TypeError);
  },
);
