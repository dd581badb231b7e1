import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unstored } from '../src/http/problem.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Wire {
  readonly coding: string | undefined;
  readonly vary: string | undefined;
  readonly headers: Record<string, unknown>;
  readonly bytes: Buffer;
}

/** The answer as sent on the wire. */
async function ask(path: string, accept: string | null, body?: object): Promise<Wire> {
  const { promise, resolve, reject } = Promise.withResolvers<Wire>();
  const { hostname, port } = new URL(gateway.url);
  const headers = {
    authorization: `Bearer ${gateway.apiKey}`,
    ...(accept !== null && { 'accept-encoding': accept }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const sent = request({ hostname, port, path, headers, method: body ? 'POST' : 'GET' }, (answer) => {
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    answer.on('end', () => {
      const { vary, 'content-encoding': coding } = answer.headers;
      resolve({ coding, vary, headers: answer.headers, bytes: Buffer.concat(parts) });
    });
  });
  sent.on('error', reject).end(body && JSON.stringify(body));
  return promise;
}

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
] as const)('an answer comes as %s where that is asked for', async (coding, open) => {
  for (const path of ['/v1/providers', '/openapi.json']) {
    const [plain, packed] = [await ask(path, null), await ask(path, coding)];
    expect(plain.coding).toBeUndefined();
    expect(packed).toMatchObject({ coding, vary: expect.stringMatching(/accept-encoding/i), headers: unstored });
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(JSON.parse(open(packed.bytes).toString())).toEqual(JSON.parse(plain.bytes.toString()));
  }
});

test('what anyone may ask for is compressed once, not for each who asks', async () => {
  const script = /src="([^"]+)"/.exec((await ask('/docs/reference', null)).bytes.toString())?.[1] ?? '';
  for (const path of ['/openapi.json', '/docs/', '/docs/reference.json', '/docs/guides.css', '/llms.txt', script]) {
    for (const coding of ['br', 'gzip', 'identity']) {
      const answers = await Promise.all(Array.from({ length: 3 }, () => ask(path, coding)));
      for (const { coding: sent, vary, headers, bytes } of answers) {
        expect(sent).toBe(coding === 'identity' ? undefined : coding);
        expect(vary).toBe('accept-encoding');
        // It was there before the answer began.
        expect(headers['content-length']).toBe(String(bytes.length));
        expect(bytes.equals(answers[0]?.bytes ?? Buffer.of())).toBe(true);
      }
    }
  }
});

test('a small answer comes as it is, and so does one for which nothing known is asked', async () => {
  expect((await ask('/v1/cards', 'gzip')).coding).toBeUndefined();
  for (const accept of ['identity', 'x-unknown', 'gzip;q=0', '']) {
    expect((await ask('/v1/providers', accept)).coding).toBeUndefined();
  }
});

test('what reveals is never compressed, however large it is', async () => {
  const cards = await cardMaker(gateway);
  const { id } = await cards.made('virtual');
  const body = { purpose: 'a test' };
  const revealed = await ask(`/v1/cards/${id}/reveal`, 'gzip, br', body);
  expect(revealed.coding).toBeUndefined();
  expect(JSON.parse(revealed.bytes.toString())).toMatchObject({ card: id });
  // A problem names each faulty field, so that it can be made large.
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field-${index}`, 1]));
  for (const path of ['cards/$/reveal', 'cards/$/frame-tokens', 'bindings/bind_01kan3z7jhfe7v2eq8d4tqh1y0/reveal']) {
    const problem = await ask(`/v1/${path.replace('$', id)}`, 'gzip, br', { ...body, ...many });
    expect(problem.coding).toBeUndefined();
    expect(problem.bytes.length).toBeGreaterThan(2000);
  }
  expect((await ask('/v1/binding-checks', 'gzip', many)).coding).toBe('gzip');
});
