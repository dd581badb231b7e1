import { execFile } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { referenceVersion } from '../version.ts';
import { type Coding, codingOf } from './coding.ts';

/** Named after its version, so browsers can cache it indefinitely. */
const name = `reference.${referenceVersion}.js`;

/** Serves the API reference's script from its compressed files, and returns its path. */
export function serveScript(app: FastifyInstance): string {
  const path = `/docs/${name}`;
  app.get(path, { schema: { hide: true } }, async ({ headers }, reply) => {
    const coding = codingOf(headers['accept-encoding']);
    const file = await openScript(coding ?? 'gzip');
    reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    reply.type('text/javascript; charset=utf-8');
    if (coding === undefined) return reply.send(pipeline(file.createReadStream(), createGunzip(), () => {}));
    const { size } = await file.stat();
    return reply.headers({ 'content-encoding': coding, 'content-length': size }).send(file.createReadStream());
  });
  return path;
}

/** The compressed script; made first if there is none. */
export async function openScript(coding: Coding): Promise<FileHandle> {
  const file = scriptFile(coding);
  return open(file).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await makeScript(coding);
    return open(file);
  });
}

const scriptFile = (coding: Coding): string => fileURLToPath(new URL(`../../dist/${name}.${coding}`, import.meta.url));

/** Writes a file by a separate process, which frees its memory and gets none of this one's secrets. */
async function makeScript(coding: Coding): Promise<void> {
  const program = fileURLToPath(new URL('./script-process.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [program, coding, scriptFile(coding)], { env: {} });
}
