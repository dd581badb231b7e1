import { expect, test } from 'vitest';
import { timesIn } from './time.ts';

test.each([
  ['UTC', '2023-11-24 02:53:47', '2023-11-24T02:53:47.000Z'],
  ['+08:00', '2023-11-24 02:53:47', '2023-11-23T18:53:47.000Z'],
  ['-03:30', '2023-11-24 22:53:47', '2023-11-25T02:23:47.000Z'],
  ['Asia/Shanghai', '2023-11-24 02:53:47', '2023-11-23T18:53:47.000Z'],
  ['Europe/Berlin', '2024-01-15 12:00:00', '2024-01-15T11:00:00.000Z'],
  ['Europe/Berlin', '2024-07-15 12:00:00', '2024-07-15T10:00:00.000Z'],
  // An hour before and after the clocks change.
  ['America/New_York', '2024-03-10 01:30:00', '2024-03-10T06:30:00.000Z'],
  ['America/New_York', '2024-03-10 03:30:00', '2024-03-10T07:30:00.000Z'],
  ['UTC', '2024-02-29 23:59:59', '2024-02-29T23:59:59.000Z'],
])('in %s %s is %s', (timeZone, text, instant) => {
  expect(timesIn(timeZone)(text)?.toISOString()).toBe(instant);
});

test.each(['0000-00-00 00:00:00', null])('%s says there is none', (text) => {
  expect(timesIn('UTC')(text)).toBeNull();
});

test.each(['2023-02-31 00:00:00', '2023-11-24 24:00:00', '2023-11-24', '2023-11-24T02:53:47Z', 'soon', undefined])(
  '%s cannot be read',
  (text) => {
    expect(timesIn('UTC')(text)).toBeUndefined();
  },
);

/** A day on which the clocks of each zone change. */
test.each([
  ['Europe/Berlin', '2024-03-31'],
  ['Europe/Berlin', '2024-10-27'],
  ['America/St_Johns', '2006-04-02'],
  ['Australia/Lord_Howe', '2024-10-05'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Pyongyang', '2015-08-14'],
  ['Africa/Monrovia', '1972-01-07'],
])('what %s shows on and around %s is read as an instant at which it shows it', (timeZone, day) => {
  const readTime = timesIn(timeZone);
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  // Every five minutes and a few seconds of four days.
  for (let second = -86_400; second < 3 * 86_400; second += 307) {
    const text = format.format(Date.parse(day) + second * 1000);
    expect(format.format(readTime(text) ?? 0)).toBe(text);
  }
});
