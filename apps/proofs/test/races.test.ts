import { built } from '@card-gateway/gateway/testing';
import { expect, test } from 'vitest';
import { UsageError } from '../src/command-line.ts';
import { readOptions } from '../src/races/options.ts';
import { isGood, reportText, runRaces } from '../src/races/run.ts';

const run = async (words: string[]) =>
  runRaces(readOptions(words), [await built('main.js')], new AbortController().signal, () => {});

test('however many requests race for a key at two processes, it gets one card', async () => {
  const report = await run(['--races', '100']);
  expect(report.faults).toEqual([]);
  expect(report.effects).toBe(100);
  expect(reportText(report)).toContain('GOOD');
}, 180_000);

test('without deduplication inside a statement, keys get two', async () => {
  const report = await run(['--races', '30', '--mutation', 'deduplication']);
  expect(report.effects).toBeGreaterThan(30);
  expect(isGood(report)).toBe(false);
  expect(reportText(report)).toContain('FAILED');
}, 180_000);

test.each([
  [['--races', '0'], '--races'],
  [['--races', '1.5'], '--races'],
  [['--mutation', 'all'], '--mutation'],
  [['--minutes', '2'], '--minutes'],
])('%j is refused in words', (words, name) => {
  expect(() => readOptions(words)).toThrow(UsageError);
  expect(() => readOptions(words)).toThrow(name);
});
