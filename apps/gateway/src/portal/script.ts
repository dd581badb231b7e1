import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

interface Compressed {
  readonly br: Uint8Array;
  readonly gzip: Uint8Array;
}

/**
 * Serves the script of the API reference and returns its path. The name has a hash of the package's code, so that a browser
 * may keep it for good; it is compressed once, when somebody first asks for it.
 */
export async function serveScript(app: FastifyInstance): Promise<string> {
  const module = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference');
  const hash = createHash('sha256')
    .update(await readFile(module))
    .digest('hex');
  const path = `/docs/reference.${hash.slice(0, 16)}.js`;
  let compressed: Promise<Compressed> | null = null;
  app.get(path, { schema: { hide: true } }, async ({ headers }, reply) => {
    compressed ??= compress().catch((error: unknown) => {
      compressed = null;
      throw error;
    });
    const { br, gzip } = await compressed;
    reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    reply.type('text/javascript; charset=utf-8');
    const accepted = headers['accept-encoding'];
    if (accepts(accepted, 'br')) return reply.header('content-encoding', 'br').send(br);
    if (accepts(accepted, 'gzip')) return reply.header('content-encoding', 'gzip').send(gzip);
    return reply.send(Readable.from([gzip]).pipe(createGunzip()));
  });
  return path;
}

async function compress(): Promise<Compressed> {
  const worker = new Worker(new URL('./script-worker.ts', import.meta.url));
  const [compressed] = (await once(worker, 'message')) as [Compressed];
  return compressed;
}

/** Whether `Accept-Encoding` names the coding, and does not refuse it by `q=0`. */
function accepts(header: string | undefined, coding: string): boolean {
  return (header ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
