import { expect, test } from 'vitest';
import { aroundSending, startOfDay, timeFilter, timeZoneShape } from './window.ts';

const instant = Date.parse('2026-05-22T20:30:15Z');

test.each([
  ['UTC', '2026-05-22 20:30:15'],
  ['UTC+8', '2026-05-23 04:30:15'],
  ['UTC+08', '2026-05-23 04:30:15'],
  ['UTC-5', '2026-05-22 15:30:15'],
  ['UTC+5:30', '2026-05-23 02:00:15'],
  ['UTC-3:30', '2026-05-22 17:00:15'],
  ['UTC+14', '2026-05-23 10:30:15'],
])('an instant in %s', (timeZone, text) => {
  expect(timeFilter(instant, instant, timeZone)).toEqual({ start_time: text, end_time: text });
});

test('a filter is rounded outward to whole seconds', () => {
  expect(timeFilter(instant + 1, instant + 1, 'UTC')).toEqual({
    start_time: '2026-05-22 20:30:15',
    end_time: '2026-05-22 20:30:16',
  });
});

test('a day begins at midnight of its zone', () => {
  expect(startOfDay('2020-01-01', 'UTC+8')).toBe(Date.parse('2019-12-31T16:00:00Z'));
  expect(startOfDay('2020-01-01', 'UTC-5')).toBe(Date.parse('2020-01-01T05:00:00Z'));
});

test('one day to either side of an attempt, across the end of a year', () => {
  expect(aroundSending(new Date('2026-12-31T12:00:00Z'), 'UTC+8')).toEqual({
    start_time: '2026-12-30 20:00:00',
    end_time: '2027-01-01 20:00:00',
  });
});

test.each(['Asia/Shanghai', 'UTC+15', 'UTC+8:60', 'GMT+8', '+8', ''])('"%s" is no time zone of the header', (zone) => {
  expect(zone).not.toMatch(timeZoneShape);
});
