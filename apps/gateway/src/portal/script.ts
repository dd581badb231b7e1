import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { referenceVersion } from '../version.ts';
import type { Coding } from './coding.ts';
import { serveBytes } from './text.ts';

/** Named after its version, so browsers can cache it indefinitely. */
const name = `reference.${referenceVersion}.js`;

/** Serves the API reference's script from its compressed files, and returns its path. */
export function serveScript(app: FastifyInstance): string {
  const path = `/docs/${name}`;
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  };
  serveBytes(app, path, headers, async (coding, bytesIn) =>
    coding === undefined ? promisify(gunzip)(await bytesIn('gzip')) : readScript(coding),
  );
  return path;
}

/** The compressed script; made first if there is none. */
export async function readScript(coding: Coding): Promise<Buffer> {
  const file = scriptFile(coding);
  return readFile(file).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await makeScript(coding);
    return readFile(file);
  });
}

const scriptFile = (coding: Coding): string => fileURLToPath(new URL(`../../dist/${name}.${coding}`, import.meta.url));

/** Writes a file by a separate process, which frees its memory and gets none of this one's secrets. */
async function makeScript(coding: Coding): Promise<void> {
  const program = fileURLToPath(new URL('./script-process.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [program, coding, scriptFile(coding)], { env: {} });
}
