import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import scalar from '@scalar/fastify-api-reference';
import fastify from 'fastify';

// Writes the API reference's script to its output, compressed as its argument says. The package keeps it as one string in a
// module, whose memory is freed with this process.
const app = fastify();
await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
const { rawPayload: script } = await app.inject('/docs/js/scalar.js');
await app.close();
const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
process.stdout.write(process.argv[2] === 'br' ? brotliCompressSync(script, { params }) : gzipSync(script));
