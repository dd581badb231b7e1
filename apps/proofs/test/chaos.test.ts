import { built } from '@card-gateway/gateway/testing';
import { expect, test } from 'vitest';
import { readOptions } from '../src/chaos/options.ts';
import { isGood, reportText } from '../src/chaos/report.ts';
import { runChaos } from '../src/chaos/run.ts';
import { UsageError } from '../src/command-line.ts';
import { violationNames } from '../src/chaos/verdict.ts';

const draw = (): number => 1;
const run = async (words: string[]) =>
  runChaos(readOptions(words, draw), [await built('main.js')], new AbortController().signal, () => {});

test('killed, stalled and cut off, two gateways do nothing twice and lose nothing', { timeout: 300_000 }, async () => {
  const report = await run(['--minutes', '0.1', '--seed', '10']);
  expect(violationNames.flatMap((name) => report.verdict[name])).toEqual([]);
  expect(isGood(report), reportText(report)).toBe(true);
  expect(report.facts.ledger.length).toBeGreaterThan(0);
});

test('without the unique key of idempotency the same run finds duplicates', { timeout: 300_000 }, async () => {
  const report = await run(['--minutes', '0.05', '--seed', '7', '--mutation', 'unique-key']);
  expect(report.verdict.duplicates).not.toEqual([]);
  expect(isGood(report)).toBe(false);
  expect(reportText(report)).toContain('FAILED');
});

test('a run that is stopped leaves nothing running', { timeout: 300_000 }, async () => {
  const stop = new AbortController();
  const running = runChaos(readOptions(['--minutes', '5'], draw), [await built('main.js')], stop.signal, (line) => {
    if (line === 'two gateways listen') stop.abort();
  });
  await expect(running).rejects.toThrow(/abort/i);
});

test.each([
  [['--minutes', '0'], '--minutes'],
  [['--minutes', 'two'], '--minutes'],
  [['--seed', '-1'], '--seed'],
  [['--mutation', 'all'], '--mutation'],
  [['--speed', '2'], '--speed'],
])('%j is refused in words', (words, name) => {
  expect(() => readOptions(words, draw)).toThrow(UsageError);
  expect(() => readOptions(words, draw)).toThrow(name);
});
