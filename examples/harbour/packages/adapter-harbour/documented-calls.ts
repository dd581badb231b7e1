import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { HarbourSettings } from './settings.ts';

const { used } = listedCalls<HarbourSettings>();

/** The calls of harbour.md, in its order; one that is not used is `unused`, with the reason. */
export const documentedCalls: readonly ListedCall<HarbourSettings>[] = [
  used('GET /v2/products', 'List products', '§3'),
  used('POST /v2/cards', 'Order a card', '§4.1'),
  used('GET /v2/cards', 'List cards', '§4.2'),
  used('GET /v2/cards/{id}', 'Read a card', '§4.3'),
];
