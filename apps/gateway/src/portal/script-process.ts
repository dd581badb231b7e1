import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import scalar from '@scalar/fastify-api-reference';
import fastify from 'fastify';

// Writes the API reference's script to a file: its arguments are the coding and the file's path. The package keeps the script as
// one string in a module, whose memory is freed with this process.
const [coding, file = ''] = process.argv.slice(2);
const app = fastify();
await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
const { rawPayload: script } = await app.inject('/docs/js/scalar.js');
await app.close();
const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
await mkdir(dirname(file), { recursive: true });
// Others may make or read it at the same time.
const own = `${file}.${process.pid}`;
await writeFile(own, coding === 'br' ? brotliCompressSync(script, { params }) : gzipSync(script));
await rename(own, file);
