import { parentPort } from 'node:worker_threads';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import scalar from '@scalar/fastify-api-reference';
import fastify from 'fastify';

// The package keeps its script as one text in a module: the 13 MB of heap that it takes end with this worker.
const app = fastify();
await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
const { rawPayload: script } = await app.inject('/docs/js/scalar.js');
await app.close();
const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
const [br, gzip] = [brotliCompressSync(script, { params }), gzipSync(script)];
parentPort?.postMessage({ br, gzip }, [br.buffer, gzip.buffer]);
