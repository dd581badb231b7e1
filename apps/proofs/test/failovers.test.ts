import { built } from '@card-gateway/gateway/testing';
import { expect, test } from 'vitest';
import { UsageError } from '../src/command-line.ts';
import { isGood } from '../src/chaos/report.ts';
import { violationNames } from '../src/chaos/verdict.ts';
import { readOptions } from '../src/failovers/options.ts';
import { reportText, runFailovers } from '../src/failovers/run.ts';

const draw = (): number => 1;
const run = async (words: string[]) =>
  runFailovers(readOptions(words, draw), [await built('main.js')], new AbortController().signal, () => {});

test('with a synchronous standby a failover loses nothing, though waits for it are cancelled', async () => {
  const report = await run(['--rounds', '1']);
  expect(violationNames.flatMap((name) => report.verdict[name])).toEqual([]);
  expect(isGood(report), reportText(report)).toBe(true);
  expect(report.failovers.map(({ kind }) => kind)).toEqual(['waits cancelled']);
}, 300_000);

test('with a synchronous standby a reader and a destination get every event', async () => {
  const report = await run(['--rounds', '1', '--events']);
  expect(isGood(report), reportText(report)).toBe(true);
  expect(report.facts.events?.followed?.read).not.toEqual([]);
  expect(report.failovers.map(({ kind }) => kind)).toEqual(['crash']);
}, 300_000);

test('with an asynchronous one they get every event that was left, and the reader is told of those that were lost', async () => {
  const report = await run(['--rounds', '3', '--mode', 'asynchronous', '--events']);
  const { verdict, facts } = report;
  expect(verdict['lost acknowledged writes'], reportText(report)).not.toEqual([]);
  const ofEvents = violationNames.filter((name) => name.includes('event') || name.startsWith('posts'));
  expect(
    ofEvents.flatMap((name) => verdict[name]),
    reportText(report),
  ).toEqual([]);
  expect(ofEvents).toHaveLength(6);
  expect(facts.events?.followed?.restarts, reportText(report)).toBeGreaterThan(0);
}, 300_000);

test('with an asynchronous one the same failover loses what was acknowledged, and that is found', async () => {
  const report = await run(['--rounds', '1', '--mode', 'asynchronous']);
  expect(report.verdict['lost acknowledged writes']).not.toEqual([]);
  expect(report.verdict['effects without an intent']).not.toEqual([]);
  expect(reportText(report)).toContain('FAILED');
}, 300_000);

test.each([
  [['--rounds', '0'], '--rounds'],
  [['--rounds', '1.5'], '--rounds'],
  [['--seed', '-1'], '--seed'],
  [['--mode', 'fast'], '--mode'],
  [['--mutation', 'all'], '--mutation'],
  [['--minutes', '2'], '--minutes'],
])('%j is refused in words', (words, name) => {
  expect(() => readOptions(words, draw)).toThrow(UsageError);
  expect(() => readOptions(words, draw)).toThrow(name);
});
