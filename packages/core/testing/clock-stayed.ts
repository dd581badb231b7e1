import { afterAll } from 'vitest';
import { instantOf, newUuid } from '../id.ts';

// Test files share a process and its modules, and ids never go back in time within a process: the next file would get ids of
// the future.
const isAhead = (now = Date.now()): boolean => instantOf(newUuid(now)) > now + 1000;
const wasAhead = isAhead();
afterAll(() => {
  if (!wasAhead && isAhead()) {
    throw new Error('The clock of this file ran ahead: name the file under `ownClock` in vitest.config.ts.');
  }
});
