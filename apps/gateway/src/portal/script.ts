import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

type Coding = 'br' | 'gzip';

/**
 * Serves the API reference's script and returns its path. The name contains a hash of the package's code, so browsers can cache
 * it indefinitely; it is compressed once, on first request.
 */
export async function serveScript(app: FastifyInstance): Promise<string> {
  const module = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference');
  const hash = createHash('sha256')
    .update(await readFile(module))
    .digest('hex');
  const path = `/docs/reference.${hash.slice(0, 16)}.js`;
  const scripts = new Map<Coding, Promise<Buffer>>();
  const scriptIn = (coding: Coding): Promise<Buffer> => {
    const script = scripts.get(coding) ?? compressed(coding);
    scripts.set(coding, script);
    script.catch(() => scripts.delete(coding));
    return script;
  };
  app.get(path, { schema: { hide: true } }, async ({ headers }, reply) => {
    const coding = (['br', 'gzip'] as const).find((each) => accepts(headers['accept-encoding'], each));
    const script = await scriptIn(coding ?? 'gzip');
    reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    reply.type('text/javascript; charset=utf-8');
    if (coding !== undefined) return reply.header('content-encoding', coding).send(script);
    return reply.send(Readable.from([script]).pipe(createGunzip()));
  });
  return path;
}

/** The script, compressed by a separate process, which frees its memory and gets none of this one's secrets. */
async function compressed(coding: Coding): Promise<Buffer> {
  const file = fileURLToPath(new URL('./script-process.ts', import.meta.url));
  const options = { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024, env: {} } as const;
  return (await promisify(execFile)(process.execPath, [file, coding], options)).stdout;
}

/** Whether `Accept-Encoding` includes the coding without `q=0`. */
function accepts(header: string | undefined, coding: Coding): boolean {
  return (header ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
