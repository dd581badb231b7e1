import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withClient } from '@card-gateway/database/testing';
import { inject } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
let building: Promise<void> | undefined;

/** A program of the gateway as production runs it, which starts in half the time that its sources take. */
export async function built(program: 'main.js' | 'cli.js'): Promise<string> {
  await (building ??= build());
  return file(`dist/${program}`);
}

/** The first process of a test run builds it; the run's server keeps the others waiting, and remembers. */
async function build(): Promise<void> {
  const server = new URL(inject('templateUrl'));
  // No test connects to the template.
  server.pathname = '/postgres';
  await withClient(server.href, async (client) => {
    await client.query('SELECT pg_advisory_lock(2)');
    const { rowCount } = await client.query("SELECT FROM pg_tables WHERE tablename = 'built'");
    if (rowCount !== 0) return;
    await promisify(execFile)(process.execPath, [file('build.ts')]);
    await client.query('CREATE TABLE built ()');
  });
}
