import { readOptions } from './clients/options.ts';
import { proveClients } from './clients/run.ts';
import { runProof } from './proof.ts';

/** `pnpm clients`: uses the clients that other tools generate from the OpenAPI document against the gateway. */
await runProof(readOptions, proveClients);
