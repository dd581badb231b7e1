import { built } from '@card-gateway/gateway/testing';
import { expect, test } from 'vitest';
import { violationNames } from '../src/chaos/verdict.ts';
import { UsageError } from '../src/command-line.ts';
import { readDestinationOptions } from '../src/events/destination-options.ts';
import { destinationsText, isComplete, runDestinations } from '../src/events/destinations.ts';
import { longestStall } from '../src/events/lags.ts';
import { readOptions } from '../src/events/options.ts';
import { isGood, reportText } from '../src/events/report.ts';
import { runEvents } from '../src/events/run.ts';

const draw = (): number => 1;
const run = async (words: string[]) =>
  runEvents(readOptions(words, draw), [await built('main.js')], new AbortController().signal, () => {});

// That a reader and a destination get all events through kills and outages, chaos.test.ts shows.
test('versions that are not raised are found, and nothing else goes wrong', { timeout: 300_000 }, async () => {
  const report = await run(['--writers', '4', '--kills', '0', '--stops', '0', '--mutation', 'version-stays']);
  const found = violationNames.filter((name) => report.verdict[name].length > 0);
  expect(found, reportText(report)).toEqual([
    'changes without their event, or events without their change',
    'events that a reader got twice',
  ]);
  expect(isGood(report)).toBe(false);
  expect(reportText(report)).toContain('FAILED');
});

test(
  'three destinations get all events, in order and signed, whatever two of them answer',
  { timeout: 300_000 },
  async () => {
    const words = ['--destinations', '--count', '200', '--rate', '100', '--dead', '2'];
    const report = await runDestinations(
      readDestinationOptions(words),
      [await built('main.js')],
      new AbortController().signal,
      () => {},
    );
    expect(isComplete(report.destinations), destinationsText(report)).toBe(true);
    expect(report.destinations.map(({ events }) => events)).toEqual([650, 400, 400]);
  },
);

test('a wait counts while the database is up', () => {
  const lags = [
    { committedAt: 1000, positionedAt: 1100 },
    { committedAt: 2000, positionedAt: 3000 },
  ];
  expect(longestStall([], [])).toBe(0);
  expect(longestStall(lags, [])).toBe(1000);
  expect(longestStall(lags, [{ from: 1900, to: 2950 }])).toBe(100);
  expect(
    longestStall(lags, [
      { from: 2200, to: 2300 },
      { from: 2900, to: 9000 },
    ]),
  ).toBe(800);
});

test.each([
  [['--writers', '0'], '--writers'],
  [['--kills', '-1'], '--kills'],
  [['--stops', 'two'], '--stops'],
  [['--seed', '-1'], '--seed'],
  [['--mutation', 'all'], '--mutation'],
  [['--minutes', '2'], '--minutes'],
])('%j is refused in words', (words, name) => {
  expect(() => readOptions(words, draw)).toThrow(UsageError);
  expect(() => readOptions(words, draw)).toThrow(name);
});

test.each([
  [['--count', '0'], '--count'],
  [['--rate', 'fast'], '--rate'],
  [['--dead', '-1'], '--dead'],
  [['--kills', '2'], '--kills'],
])('%j is refused in words for destinations', (words, name) => {
  expect(() => readDestinationOptions(['--destinations', ...words])).toThrow(UsageError);
  expect(() => readDestinationOptions(['--destinations', ...words])).toThrow(name);
});
