import { built } from '@card-gateway/gateway/testing';
import { expect, test } from 'vitest';
import { UsageError } from '../src/command-line.ts';
import { readOptions } from '../src/outages/options.ts';
import { isGood, reportText } from '../src/outages/report.ts';
import { runOutages } from '../src/outages/run.ts';

const draw = (): number => 1;

test('a database that is read-only for a while: not ready, 503 and no other fault, and all well by itself afterwards', async () => {
  const options = readOptions(['--seconds', '4', '--kind', 'read-only'], draw);
  const report = await runOutages(options, [await built('main.js')], new AbortController().signal, () => {});
  expect(isGood(report), reportText(report)).toBe(true);
  const [result] = report.results;
  expect(result?.seen.notReadyAfterMs).not.toBeNull();
  expect(result?.seen.told.get('database-unavailable')).toBeGreaterThan(0);
}, 300_000);

test.each([
  [['--seconds', '0'], '--seconds'],
  [['--seed', '-1'], '--seed'],
  [['--kind', 'moonless'], '--kind'],
  [['--minutes', '2'], '--minutes'],
])('%j is refused in words', (words, about) => {
  expect(() => readOptions(words, draw)).toThrow(UsageError);
  expect(() => readOptions(words, draw)).toThrow(about);
});
