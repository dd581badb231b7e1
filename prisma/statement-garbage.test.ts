import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createDatabase } from './testing.ts';

const run = promisify(execFile);

/** Prints by how many bytes the old space has grown while 100 MB of values were sent, without a full collection of it. */
const program = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { openDatabase } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
  const old = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;
  const pool = openDatabase(process.argv[1], { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  async function send(count) {
    for (let sent = 0; sent < count; sent += 1) {
      const value = JSON.stringify(Array.from({ length: 1000 }, (_, index) => ({ index: index + sent })));
      await pool.query('SELECT length($1)', [value]);
    }
  }
  await send(100);
  gc();
  const before = old();
  await send(700);
  process.stdout.write(String(old() - before));
  await pool.end();`;

test('what a statement was given is garbage after it, for a minor collection too', async () => {
  const database = await createDatabase('template0');
  try {
    // A large old space is collected late.
    const words = [
      '--expose-gc',
      '--min-semi-space-size=4',
      '--max-semi-space-size=4',
      '--initial-old-space-size=500',
      '--input-type=module',
    ];
    const { stdout } = await run(process.execPath, [...words, '--eval', program, database.superuserUrl]);
    expect(Number(stdout)).toBeLessThan(1_000_000);
  } finally {
    await database.drop();
  }
});
