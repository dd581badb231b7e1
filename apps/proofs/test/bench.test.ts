import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { measure, WrongAnswer } from '../src/bench/measure.ts';
import { readOptions } from '../src/bench/options.ts';
import { isSteady } from '../src/bench/probes.ts';
import { median, reportText } from '../src/bench/report.ts';
import { runBench } from '../src/bench/run.ts';
import type { Target } from '../src/bench/target.ts';
import { rivalsOf, workAt, workNames } from '../src/bench/works.ts';
import { UsageError } from '../src/command-line.ts';

test('a short run of all work: every answer is right, effects match answers, and each kind of work has a row', async () => {
  const options = readOptions(['--rounds', '1', '--seconds', '0.03', '--rows', '1000', '--connections', '2']);
  const report = await runBench(options, new AbortController().signal, () => {});
  expect(report.cells.map(({ work }) => work)).toEqual(workNames);
  for (const { work, rounds } of report.cells) {
    for (const { samples } of rounds)
      expect([...samples.keys()]).toEqual(expect.arrayContaining(['gateway', ...rivalsOf[work]]));
  }
  const text = reportText(report);
  for (const work of workNames) expect(text).toContain(`| ${work} | 2 |`);
}, 180_000);

const card = { status: 'pending', form: 'virtual' };

test.each([
  ['another status', { status: 202, repeats: false, effects: 1 }, /POST \/v1\/cards .* was answered with 202/],
  ['the same card for two orders', { status: 201, repeats: true, effects: 1 }, /was answered with 201/],
  ['more effects than answers', { status: 201, repeats: false, effects: 2 }, /answers, \d+ effects/],
])('%s voids the run', async (_what, planted, told) => {
  let orders = 0;
  const server = createServer((request, reply) => {
    const isOrder = request.method === 'POST';
    if (isOrder) orders += 1;
    const number = planted.repeats ? 1 : orders;
    const effects = { effects: orders * planted.effects, repeated: 0 };
    const text = JSON.stringify(isOrder ? { ...card, id: `c${number}`, providerRef: `P${number}` } : effects);
    if (!isOrder) orders = 0;
    reply.writeHead(isOrder ? planted.status : 200, { 'content-length': text.length }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const order = { product: 'p', cardholder: 'h' };
  const target = {
    name: 'b',
    running: { port, usage: async () => ({ cpuMicros: null, residentBytes: null }), clearLog: async () => {} },
    headers: {},
    orders: { keysecure: order, 'keysecure-20': order },
    database: { query: async () => ({ rows: [{ pid: process.pid, bytes: 0 }] }) },
    idle: async () => {},
  } as unknown as Target;
  const work = workAt('issue', target, { apiKey: 'key', apiSecret: 'secret' });
  const measuring = measure({ name: 'issue', target, work, providerPort: port }, 1, 0.2);
  await expect(measuring).rejects.toThrow(WrongAnswer);
  await expect(measuring).rejects.toThrow(told);
});

test('a round counts if neither probe moved by more than 30 %', () => {
  const before = { commits: 100, roundTrips: 1000 };
  expect(isSteady(before, { commits: 129, roundTrips: 800 })).toBe(true);
  expect(isSteady(before, { commits: 131, roundTrips: 1000 })).toBe(false);
  expect(isSteady(before, { commits: 100, roundTrips: 760 })).toBe(false);
});

test('the median of an odd and of an even number of rounds', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('the rivals are unchanged (docs/decisions/speed.md says why)', async () => {
  const folder = new URL('../src/bench/rivals/', import.meta.url);
  const names = (await readdir(folder)).toSorted();
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(new URL(name, folder)));
    return `${hash.digest('hex')}  rivals/${name}\n`;
  });
  const frozen = await readFile(new URL('../rivals.sha256', folder), 'utf8');
  expect((await Promise.all(lines)).join('')).toBe(frozen);
});

test.each([
  [['--rounds', '0'], '--rounds'],
  [['--seconds', 'x'], '--seconds'],
  [['--rows', '10'], '--rows'],
  [['--connections', '1,65'], '--connections'],
  [['--only', 'read,dream'], '--only'],
  [['--minutes', '2'], '--minutes'],
])('%j is refused in words', (words, about) => {
  expect(() => readOptions(words)).toThrow(UsageError);
  expect(() => readOptions(words)).toThrow(about);
});
