import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { type Coding, codingOf } from './coding.ts';

const inCoding = {
  br: (text: Buffer) => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: promisify(gzip),
} satisfies Record<Coding, (text: Buffer) => Promise<Buffer>>;

/**
 * Serves a text that is always the same. It is made, and compressed, when it is first asked for, and only then: anyone may ask for
 * it, without a key and any number of times. As bytes it is sent without a copy of it, however many do not read it.
 */
export function serveText(
  app: FastifyInstance,
  path: string,
  type: string,
  make: () => string | Promise<string>,
): void {
  const made = new Map<Coding | undefined, Promise<Buffer>>();
  const makeIn = async (coding: Coding | undefined): Promise<Buffer> =>
    coding === undefined ? Buffer.from(await make()) : inCoding[coding](await bytesIn(undefined));
  const bytesIn = (coding: Coding | undefined): Promise<Buffer> => {
    let bytes = made.get(coding);
    if (bytes === undefined) {
      bytes = makeIn(coding);
      made.set(coding, bytes);
      bytes.catch(() => made.delete(coding));
    }
    return bytes;
  };
  app.get(path, { schema: { hide: true } }, async ({ headers }, reply) => {
    const coding = codingOf(headers['accept-encoding']);
    const bytes = await bytesIn(coding);
    reply.header('vary', 'accept-encoding');
    if (coding !== undefined) reply.header('content-encoding', coding);
    return reply.type(type).send(bytes);
  });
}
