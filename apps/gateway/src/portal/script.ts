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
 * Serves the script of the API reference and returns its path. The name has a hash of the package's code, so that a browser
 * may keep it for good; it is compressed once, when somebody first asks for it.
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

/** The script, compressed by a process of its own, which takes the memory for it and no secret of this one. */
async function compressed(coding: Coding): Promise<Buffer> {
  const file = fileURLToPath(new URL('./script-process.ts', import.meta.url));
  const options = { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024, env: {} } as const;
  return (await promisify(execFile)(process.execPath, [file, coding], options)).stdout;
}

/** Whether `Accept-Encoding` names the coding, and does not refuse it by `q=0`. */
function accepts(header: string | undefined, coding: Coding): boolean {
  return (header ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
