import { callsOf } from '@card-gateway/adapter-kit';
import type { DocumentedCall } from '@card-gateway/core';

const { documented } = callsOf('harbour.md');

/** The calls of harbour.md, in its order; one that is not used is `absent`, with the reason. */
export const documentedCalls: readonly DocumentedCall[] = [
  documented('GET /v2/products', 'List products', '§3'),
  documented('POST /v2/cards', 'Order a card', '§4.1'),
  documented('GET /v2/cards', 'List cards', '§4.2'),
  documented('GET /v2/cards/{id}', 'Read a card', '§4.3'),
];
