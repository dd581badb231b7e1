import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { type Coding, codingOf } from './coding.ts';

/** What is served, in a coding or, for undefined, as it is. */
type Bytes = (coding: Coding | undefined) => Promise<Buffer>;

/**
 * Serves what is always the same. It is made, in each coding, when it is first asked for, and only then: anyone may ask for it,
 * without a key and any number of times. As bytes it is sent without a copy of it, however many do not read it.
 */
export function serveBytes(
  app: FastifyInstance,
  path: string,
  headers: Readonly<Record<string, string>>,
  make: (coding: Coding | undefined, bytesIn: Bytes) => Promise<Buffer>,
): void {
  const made = new Map<Coding | undefined, Promise<Buffer>>();
  const bytesIn: Bytes = (coding) => {
    let bytes = made.get(coding);
    if (bytes === undefined) {
      bytes = make(coding, bytesIn);
      made.set(coding, bytes);
      bytes.catch(() => made.delete(coding));
    }
    return bytes;
  };
  app.get(path, { schema: { hide: true } }, async (request, reply) => {
    const coding = codingOf(request.headers['accept-encoding']);
    const bytes = await bytesIn(coding);
    reply.headers({ ...headers, vary: 'accept-encoding' });
    if (coding !== undefined) reply.header('content-encoding', coding);
    return reply.send(bytes);
  });
}

const inCoding = {
  br: (text: Buffer) => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: promisify(gzip),
} satisfies Record<Coding, (text: Buffer) => Promise<Buffer>>;

/** Serves a text that is always the same. */
export function serveText(
  app: FastifyInstance,
  path: string,
  type: string,
  text: () => string | Promise<string>,
): void {
  serveBytes(app, path, { 'content-type': type }, async (coding, bytesIn) =>
    coding === undefined ? Buffer.from(await text()) : inCoding[coding](await bytesIn(undefined)),
  );
}
