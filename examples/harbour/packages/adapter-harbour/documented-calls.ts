import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { HarbourSettings } from './settings.ts';

const { used, unused } = listedCalls<HarbourSettings>();
const later = 'The example ends with the first card.';

/** Every call that harbour.md names, in its order; a call that the adapter does not make is `unused`, with the reason. */
export const documentedCalls: readonly ListedCall<HarbourSettings>[] = [
  used('POST /oauth/token', 'Get an access token', '§1.1'),
  used('GET /v2/products', 'List products', '§2'),
  unused('/v2/holders', 'Apply for a holder, list and read them', '§3', later),
  used('POST /v2/cards', 'Order a card', '§4'),
  used('GET /v2/cards', 'List cards', '§4'),
  used('GET /v2/cards/{id}', 'Read a card', '§4'),
  unused('PUT, PATCH and DELETE /v2/cards/{id}', 'Change a card', '§4', later),
  unused('/v2/reveal', 'Reveal a card, in two steps', '§5', later),
  unused('/v2/transfers', 'Move value, read balances', '§6', later),
  unused('card.changed', 'Callback: a card changed', '§7', later),
  unused('GET /v2/statements', 'Monthly statements', '§8', 'The gateway hands out no statements.'),
];
