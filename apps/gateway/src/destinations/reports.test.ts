import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { Backlog } from './backlog.ts';
import { Condition } from './condition.ts';
import type { Reader } from './reader.ts';
import { Reports } from './reports.ts';
import { healthy } from './schedule.ts';
import { Unreported } from './unreported.ts';

test('a pause that the destination asks for is stored at once, so that nobody who takes over posts to it before its end', () => {
  const backlog = new Backlog();
  const condition = new Condition(healthy, createLog('fatal'));
  const reported = { backlog, unreported: new Unreported(backlog), reader: {} as Reader, condition };
  const reports = new Reports({ pool: {} as never }, reported, 1, Infinity);
  const begunAt = performance.now();
  expect(reports.dueAt()).toBeGreaterThan(begunAt);
  const posted = { delivered: false, httpStatus: 429, failure: 'HTTP_429', answer: null, durationMs: 1 };
  condition.failed('subject', { ...posted, retryAfterSeconds: 600 }, false, Date.now());
  expect(reports.dueAt()).toBeLessThanOrEqual(begunAt);
  condition.confirm(condition.health);
  expect(reports.dueAt()).toBeGreaterThan(begunAt);
});
