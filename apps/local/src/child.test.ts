import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from './child.ts';

test('the log of a run that ended is still there after the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-child-'));
  try {
    const entry = join(folder, 'entry.mjs');
    await writeFile(entry, 'console.log(process.env.SAYS); process.disconnect();');
    const logFile = join(folder, 'child.log');
    for (const says of ['first', 'second', 'third']) {
      const child = startChild({ name: 'child', entry, environment: { ...process.env, SAYS: says }, logFile });
      await child.ended;
    }
    expect(await readFile(logFile, 'utf8')).toBe('third\n');
    expect(await readFile(`${logFile}.1`, 'utf8')).toBe('second\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
