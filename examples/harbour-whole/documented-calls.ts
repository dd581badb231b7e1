import { type ListedCall, listedCalls, type Need } from '@card-gateway/adapter-kit';
import type { HarbourSettings } from './settings.ts';

/** Why a programme without cardholders lacks these calls. */
export const anonymousReason = 'Cards of an anonymous programme have no cardholders.';
const named: Need<HarbourSettings> = { setting: 'programme', is: 'named', reason: anonymousReason };

const { used, unused } = listedCalls<HarbourSettings>();

export const documentedCalls: readonly ListedCall<HarbourSettings>[] = [
  used('POST /oauth/token', 'Get an access token', '§1.1'),
  used('GET /v2/products', 'List products', '§2'),
  used('POST /v2/holders', 'Apply for a holder', '§3', named),
  used('GET /v2/holders', 'List holders', '§3', named),
  used('GET /v2/holders/{id}', 'Read a holder', '§3', named),
  used('POST /v2/cards', 'Issue a card', '§4'),
  used('GET /v2/cards', 'List cards', '§4'),
  used('GET /v2/cards/{id}', 'Read a card', '§4'),
  used('PUT /v2/cards/{id}/state', 'Freeze or unfreeze a card', '§4'),
  used('PATCH /v2/cards/{id}', 'Set the PIN of a card', '§4'),
  used('DELETE /v2/cards/{id}', 'Close a card', '§4'),
  used('POST /v2/cards/{id}/reveals', 'Get a key to the secrets of a card', '§5'),
  used('GET /v2/reveal', 'Read the secrets of a card', '§5'),
  used('POST /v2/transfers', 'Move value to or from a holder', '§6', named),
  used('GET /v2/holders/{id}/balances', 'Balances of a holder', '§6', named),
  used('GET /keys', 'The public keys of callbacks', '§7'),
  unused('GET /v2/statements', 'Monthly statements', '§8', 'The gateway hands out no statements.'),
];
