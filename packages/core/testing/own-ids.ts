import { afterAll, vi } from 'vitest';
import { instantOf, newUuid } from '../id.ts';

// Test files share a process and its modules, and ids never go back in time within a process: after a file whose clock ran
// ahead, the next one loads its own modules.
afterAll(() => {
  const now = Date.now();
  if (instantOf(newUuid(now)) > now + 1000) vi.resetModules();
});
