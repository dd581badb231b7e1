import { callsOf } from '@card-gateway/adapter-kit';
import type { DocumentedCall } from '@card-gateway/core';

const { documented } = callsOf('acme-pay.md');

/** The calls of acme-pay.md, in its order; one that is not used is `absent`, with the reason. */
export const documentedCalls: readonly DocumentedCall[] = [documented('GET /products', 'List products', '§3')];
