import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import scalar from '@scalar/fastify-api-reference';
import fastify from 'fastify';

// Writes the script of the API reference to its output, compressed as its argument says. The package keeps it as one text in a
// module: what that takes of memory ends with this process.
const app = fastify();
await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
const { rawPayload: script } = await app.inject('/docs/js/scalar.js');
await app.close();
const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
process.stdout.write(process.argv[2] === 'br' ? brotliCompressSync(script, { params }) : gzipSync(script));
