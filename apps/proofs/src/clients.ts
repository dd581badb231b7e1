import { readOptions } from './clients/options.ts';
import { proveClients } from './clients/run.ts';
import { runProof } from './proof.ts';

/** `pnpm clients`: what other people's tools make of the OpenAPI document, used against the gateway. */
await runProof(readOptions, proveClients);
