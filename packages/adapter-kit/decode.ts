import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

type Decompress = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const asyncInflate = promisify(inflate) as Decompress;
const asyncInflateRaw = promisify(inflateRaw) as Decompress;

const decompressors: ReadonlyMap<string, Decompress> = new Map([
  ['identity', async (bytes) => Buffer.from(bytes)],
  ['gzip', promisify(gunzip) as Decompress],
  ['x-gzip', promisify(gunzip) as Decompress],
  // By RFC 9110 §8.4.1.2 this is the zlib format (8 in the low bits of the first byte); some servers send raw deflate.
  ['deflate', (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? asyncInflate : asyncInflateRaw)(bytes, options)],
  ['br', promisify(brotliDecompress) as Decompress],
  ['zstd', promisify(zstdDecompress) as Decompress],
]);

const mostEncodings = 2;

/** The body cannot be read; `code` says why. */
class DecodeError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DecodeError';
    this.code = code;
  }
}

/**
 * Reverses `Content-Encoding` if the server compressed although the request said `identity`.
 *
 * @throws DecodeError for an unknown encoding, or when one yields more than `maxBytes`; zlib's error for a corrupt body
 */
export async function decode(body: Buffer, encodings: string, maxBytes: number): Promise<Buffer> {
  if (encodings === '' || body.length === 0) return body;
  const names = encodings.split(',').map((name) => name.trim().toLowerCase());
  if (names.length > mostEncodings) throw new DecodeError('TOO_MANY_CONTENT_ENCODINGS');
  let decoded = body;
  for (const name of names.toReversed()) {
    const decompress = decompressors.get(name);
    if (decompress === undefined) throw new DecodeError('UNKNOWN_CONTENT_ENCODING');
    try {
      decoded = await decompress(decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
      throw new DecodeError('ANSWER_TOO_LARGE');
    }
  }
  return decoded;
}
