import { z } from 'zod';
import { type AdapterDefinition, baseUrlSetting, defineAdapter, publicKeys, secretSetting } from '../../index.ts';
import { harbourCallbacks } from './callbacks.ts';
import { HarbourCards, HarbourControls } from './cards.ts';
import { openClient } from './client.ts';
import { HarbourHolders } from './holders.ts';
import { harbourProducts } from './products.ts';
import { harbourReveal } from './reveal.ts';
import { harbourTransfers } from './transfers.ts';

const harbourSettings = z.strictObject({
  baseUrl: baseUrlSetting,
  clientId: z.string(),
  clientSecret: secretSetting('The secret of the OAuth client.'),
  programme: z
    .enum(['named', 'anonymous'])
    .default('named')
    .meta({ description: 'Whether cards have cardholders: "named", or gift cards that are issued to nobody.' }),
});
export type HarbourSettings = z.output<typeof harbourSettings>;

const anonymous = { state: 'absent', reason: 'Cards of an anonymous programme have no cardholders.' } as const;

/** Harbour, an invented issuer with a plain REST API, as a model adapter. */
export const harbour: AdapterDefinition = defineAdapter<HarbourSettings>({
  provider: 'harbour',
  title: 'Harbour',
  settings: harbourSettings,
  create: (settings, host) => {
    const ask = openClient(settings, host);
    const isNamed = settings.programme === 'named';
    const cards = new HarbourCards(ask, isNamed ? 'required' : 'none');
    return {
      products: harbourProducts(ask),
      ...(isNamed ? { cardholders: new HarbourHolders(ask), transfers: harbourTransfers(ask) } : {}),
      cards,
      issuing: cards,
      cardControls: new HarbourControls(ask),
      reveal: harbourReveal(ask),
      callbacks: harbourCallbacks(publicKeys(`${settings.baseUrl}/keys`, host)),
      calls: [],
      gaps: isNamed ? {} : { cardholders: anonymous, transfers: anonymous },
    };
  },
});
