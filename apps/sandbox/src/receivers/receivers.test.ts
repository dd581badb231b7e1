import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClock } from '../clock.ts';
import { startSandbox, type Sandbox } from '../index.ts';
import { createRandom } from '../synthetic.ts';
import { createReceivers } from './receivers.ts';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const event = (id: string, subject = 'card_1', subjectVersion = 1) => ({
  id,
  body: JSON.stringify({ id, type: 'card.frozen', subject, subjectVersion }),
});
type Event = ReturnType<typeof event>;

function signed({ id, body }: Event, { secrets = [secret], at = new Date() } = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((one) => new Webhook(one).sign(id, at, body)).join(' '),
  };
}

let sandbox: Sandbox;
// Answers are never followed by another request on their connection.
const agent = new Agent({ pipelining: 0 });
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 1 });
});
beforeEach(() => sandbox.admin.reset());
afterAll(async () => {
  await sandbox.close();
  await agent.close();
});

const post = (name: string, one: Event, headers = signed(one), signal?: AbortSignal) =>
  request(`${sandbox.url}/events/${name}`, {
    method: 'POST',
    headers,
    body: one.body,
    dispatcher: agent,
    ...(signal && { signal }),
  });
async function deliver(name: string, one: Event, headers = signed(one)) {
  const answer = await post(name, one, headers);
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}
async function admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) {
  const answer = await request(`${sandbox.url}/admin/receiver${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

test('shows what was delivered, with the verdict on its signature', async () => {
  expect(await admin('POST', '/shown', { secrets: [secret] })).toEqual({ status: 200, body: { ok: true } });
  const first = event('evt_1');
  expect(await deliver('shown', first)).toMatchObject({ status: 204, body: '' });
  await deliver('shown', { ...first, body: first.body.replace('frozen', 'active') }, signed(first));
  await deliver('shown', event('evt_2', 'card_2'), { 'webhook-id': 'evt_2' });
  await deliver('shown', event('evt_3'), signed(event('evt_3'), { at: new Date(Date.now() - 600_000) }));
  const other = `whsec_${randomBytes(24).toString('base64')}`;
  await deliver('shown', event('evt_4'), signed(event('evt_4'), { secrets: [other] }));
  await deliver('shown', event('evt_5', 'card_2'), signed(event('evt_5', 'card_2'), { secrets: [other, secret] }));

  const { body } = await admin('GET', '/shown/deliveries');
  expect(body).toMatchObject([
    { id: 'evt_5', verdict: 'valid' },
    { id: 'evt_4', verdict: 'invalid', why: 'No matching signature found' },
    { id: 'evt_3', verdict: 'invalid', why: 'Message timestamp too old' },
    { id: 'evt_2', verdict: 'invalid', why: 'Missing required headers' },
    { id: 'evt_1', verdict: 'invalid', why: 'No matching signature found' },
    {
      id: 'evt_1',
      verdict: 'valid',
      why: null,
      type: 'card.frozen',
      subject: 'card_1',
      version: 1,
      accepted: true,
      answer: 'status',
      status: 204,
      duplicate: false,
      inversion: false,
      body: { id: 'evt_1', type: 'card.frozen' },
      headers: { 'webhook-id': 'evt_1' },
    },
  ]);
  expect((await admin('GET', '/shown/deliveries?subject=card_2&order=oldest')).body).toMatchObject([
    { id: 'evt_2' },
    { id: 'evt_5' },
  ]);
  expect((await admin('GET', '/shown/deliveries?verdict=valid&limit=1')).body).toMatchObject([{ id: 'evt_5' }]);
  expect((await admin('GET', '/shown')).body).toMatchObject({
    name: 'shown',
    secrets: 1,
    deliveries: 6,
    events: 5,
    duplicates: 1,
    accepted: 6,
    verdicts: { valid: 2, invalid: 4, unchecked: 0 },
  });
});

test('without a secret nothing is verified', async () => {
  await deliver('untold', event('evt_1'));
  expect(sandbox.admin.receiver('untold').deliveries()).toMatchObject([{ verdict: 'unchecked' }]);
});

test('counts duplicates by id, and inversions by subject', async () => {
  const order: [id: string, subject: string, version: number][] = [
    ['evt_a1', 'a', 1],
    ['evt_b1', 'b', 1],
    ['evt_a3', 'a', 3],
    ['evt_b2', 'b', 2],
    ['evt_b2', 'b', 2],
    ['evt_a2', 'a', 2],
    ['evt_a3', 'a', 3],
  ];
  for (const [id, subject, version] of order) await deliver('counted', event(id, subject, version));
  // A receiver of another name has counts of its own.
  await deliver('other', event('evt_a1', 'a', 1));
  const receiver = sandbox.admin.receiver('counted');
  expect(receiver.summary()).toMatchObject({ deliveries: 7, events: 5, duplicates: 2, inversions: 1 });
  expect(receiver.deliveries().filter(({ inversion }) => inversion)).toMatchObject([{ id: 'evt_a2' }]);
  expect((await admin('GET', '/counted/deliveries?duplicate=true')).body).toMatchObject([
    { id: 'evt_a3' },
    { id: 'evt_b2' },
  ]);
  expect(sandbox.admin.receivers()).toMatchObject(
    expect.arrayContaining([expect.objectContaining({ name: 'other', deliveries: 1, duplicates: 0 })]),
  );
});

test('answers as scripted, to the next ones, to one subject, or up to a time', async () => {
  const status = async (one: Event) => (await deliver('scripted', one)).status;
  await admin('POST', '/scripted/answers', { status: 503, headers: { 'retry-after': '7' }, times: 2 });
  await admin('POST', '/scripted/answers', { status: 302, headers: { location: 'http://127.0.0.1/' }, body: 'there' });
  await admin('POST', '/scripted/answers', { status: 500, times: 0, subject: 'card_bad' });
  await admin('POST', '/scripted/answers', { status: 410, until: new Date(Date.now() + 60_000).toISOString() });
  expect(await deliver('scripted', event('evt_1'))).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  expect(await status(event('evt_2'))).toBe(503);
  expect(await deliver('scripted', event('evt_3'))).toMatchObject({ status: 302, body: 'there' });
  expect(await status(event('evt_4', 'card_bad'))).toBe(500);
  expect(await status(event('evt_5'))).toBe(410);
  expect(await status(event('evt_6'))).toBe(410);
  sandbox.admin.changeClock({ advanceMs: 60_000 });
  expect(await status(event('evt_7'))).toBe(204);
  expect(await status(event('evt_8', 'card_bad'))).toBe(500);
  expect((await admin('GET', '/scripted/answers')).body).toMatchObject([
    { hits: 2 },
    { hits: 1 },
    { hits: 2 },
    { hits: 2 },
  ]);
  await admin('DELETE', '/scripted/answers');
  expect(await status(event('evt_9', 'card_bad'))).toBe(204);
  const receiver = sandbox.admin.receiver('scripted');
  expect(receiver.deliveries()[0]).toMatchObject({ accepted: false, answer: 'status', status: 503 });
  expect(receiver.summary()).toMatchObject({ deliveries: 9, accepted: 2 });
});

test.each(['reset', 'truncated'] as const)('%s: the connection ends before the answer does', async (answer) => {
  const receiver = sandbox.admin.receiver('cut');
  receiver.answer({ answer });
  await expect(deliver('cut', event('evt_1'))).rejects.toThrow(/ECONNRESET|other side closed|length does not match/);
  expect(receiver.deliveries()).toMatchObject([{ answer, accepted: false }]);
  expect((await deliver('cut', event('evt_1'))).status).toBe(204);
});

test('hang: no answer, for as long as the sender waits', async () => {
  const receiver = sandbox.admin.receiver('hung');
  receiver.answer({ answer: 'hang' });
  const leaving = new AbortController();
  const answered = post('hung', event('evt_1'), undefined, leaving.signal);
  await sandbox.admin.until(() => receiver.summary().deliveries === 1);
  leaving.abort();
  await expect(answered).rejects.toThrow('aborted');
});

test('drip: the answer begins, and goes on byte by byte', async () => {
  sandbox.admin.receiver('slow').answer({ answer: 'drip', body: 'abc' });
  const { statusCode, headers, body } = await post('slow', event('evt_1'));
  const parts: string[] = [];
  for await (const part of body) parts.push(String(part));
  expect({ statusCode, length: headers['content-length'], parts }).toEqual({
    statusCode: 200,
    length: '3',
    parts: ['a', 'b', 'c'],
  });
});

test('huge: more than anybody wants to read', async () => {
  sandbox.admin.receiver('huge').answer({ answer: 'huge' });
  const { body } = await post('huge', event('evt_1'));
  let length = 0;
  for await (const part of body) {
    length += (part as Buffer).length;
    if (length > 4_000_000) break;
  }
  expect(length).toBeGreaterThan(4_000_000);
  expect((await deliver('huge', event('evt_2'))).status).toBe(204);
});

test('a share of all', () => {
  const receivers = createReceivers(
    createClock(),
    () => random,
    () => {},
  );
  const random = createRandom(7);
  receivers.answers('shared').add({ status: 500, share: 0.1 });
  receivers.answers('shared').add({ answer: 'hang', share: 0.05 });
  for (let n = 0; n < 10_000; n += 1) receivers.deliver('shared', { headers: {}, body: '' });
  const [failed = 0, hung = 0] = receivers
    .answers('shared')
    .list()
    .map(({ hits }) => hits);
  expect(failed).toBeGreaterThan(900);
  expect(failed).toBeLessThan(1100);
  expect(hung).toBeGreaterThan(380);
  expect(hung).toBeLessThan(520);
});

test('keeps the latest ones only, and the counts of all', () => {
  const bounds = { deliveries: 5, text: 1000, rows: 10, known: 5 };
  const receivers = createReceivers(
    createClock(),
    () => createRandom(1),
    () => {},
    bounds,
  );
  const send = (name: string, n: number, body = `{"subject":"card_1","subjectVersion":${n}}`) =>
    receivers.deliver(name, { headers: { 'webhook-id': `evt_${n}` }, body });
  for (let n = 1; n <= 20; n += 1) send('full', n);
  expect(receivers.deliveries('full').map(({ version }) => version)).toEqual([16, 17, 18, 19, 20]);
  send('full', 21, '.'.repeat(900));
  expect(receivers.deliveries('full').map(({ id }) => id)).toEqual(['evt_19', 'evt_20', 'evt_21']);
  receivers.configure('small', { keep: 'compact' });
  for (let n = 1; n <= 40; n += 1) send('small', n);
  const rows = receivers.rows('small');
  expect(rows.length).toBeLessThanOrEqual(10);
  expect(rows.at(-1)).toEqual({ at: expect.any(String), id: 'evt_40', subject: 'card_1', version: 40, accepted: true });
  expect(receivers.deliveries('small')).toEqual([]);
  // Known still, and known no more.
  send('small', 39);
  send('small', 1);
  expect(receivers.summary('small')).toMatchObject({ deliveries: 42, events: 41, duplicates: 1, inversions: 2 });
});

test('refuses what is no name, no secret and no answer; there are a hundred receivers at most', async () => {
  expect((await admin('GET', '/a%20b')).status).toBe(400);
  expect((await deliver('a%20b', event('evt_1'))).status).toBe(404);
  expect((await admin('POST', '/shown', { secrets: ['whsec_not base64'] })).status).toBe(400);
  expect((await admin('POST', '/shown', { secrets: ['whsec_'] })).status).toBe(400);
  expect((await admin('POST', '/shown/answers', { answer: 'explode' })).status).toBe(400);
  expect((await admin('POST', '/shown/answers', { headers: { location: 'a\nb' } })).status).toBe(400);
  for (let n = 0; n < 100; n += 1) await deliver(`one-${n}`, event('evt_1')).catch(() => undefined);
  expect((await deliver('one-too-many', event('evt_1'))).status).toBe(404);
  expect((await admin('GET', '/one-too-many')).status).toBe(404);
});

test('the secrets survive a restart and a reset, as those of the sender do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const start = () => startSandbox({ stateFile: 'state.json' }, folder);
  const before = await start();
  before.admin.receiver('kept').configure({ secrets: [secret] });
  before.admin.reset();
  await before.close();
  const after = await start();
  const one = event('evt_1');
  const { body } = await request(`${after.url}/events/kept`, { method: 'POST', headers: signed(one), body: one.body });
  await body.dump();
  expect(after.admin.receiver('kept').summary()).toMatchObject({ secrets: 1, verdicts: { valid: 1 } });
  await after.close();
  await rm(folder, { recursive: true });
});
