import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { cardsFacet } from './cards.ts';
import { openClient } from './client.ts';
import { productsFacet } from './products.ts';
import { openApiSettings } from './settings.ts';

export type { OpenApiSettings } from './settings.ts';

const pathNotPublished = 'The documents name this operation by its title only; its path is not published.';

/**
 * OPEN-API, a white-label card issuer. Two of its 39 operations are published: the list of card products (`binList`) and
 * the list of cards (`cardList`). The others are not guessed: a wrong guess spends money (open-api-issuer.md §6).
 */
export const openApi: AdapterDefinition = defineAdapter({
  provider: 'open-api',
  title: 'OPEN-API card issuer',
  settings: openApiSettings,
  create: (settings, host) => {
    const ask = openClient(settings, host.send);
    return {
      products: productsFacet(settings, ask),
      cards: cardsFacet(settings, ask),
      calls: [],
      gaps: {
        issuing: { state: 'absent', reason: pathNotPublished },
        cardholders: { state: 'absent', reason: pathNotPublished },
      },
      notes: [
        `The documents name no time zone: times are read in ${settings.timeZone}.`,
        'The documents list no error codes: every code but 0 leaves an outcome unknown.',
      ],
    };
  },
});
