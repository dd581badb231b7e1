import { z } from 'zod';
import { type AdapterDefinition, baseUrlSetting, defineAdapter, publicKeys, secretSetting } from '../../index.ts';
import { harbourCallbacks } from './callbacks.ts';
import { HarbourCards, HarbourControls } from './cards.ts';
import { openClient } from './client.ts';
import { harbourTransfers } from './transfers.ts';

const harbourSettings = z.strictObject({
  baseUrl: baseUrlSetting,
  clientId: z.string(),
  clientSecret: secretSetting('The secret of the OAuth client.'),
});
export type HarbourSettings = z.output<typeof harbourSettings>;

/** Harbour, an invented issuer with a plain REST API, as a model adapter. */
export const harbour: AdapterDefinition = defineAdapter<HarbourSettings>({
  provider: 'harbour',
  title: 'Harbour',
  settings: harbourSettings,
  create: (settings, host) => {
    const ask = openClient(settings, host);
    const cards = new HarbourCards(ask);
    return {
      cards,
      issuing: cards,
      cardControls: new HarbourControls(ask),
      transfers: harbourTransfers(ask),
      callbacks: harbourCallbacks(publicKeys(`${settings.baseUrl}/keys`, host)),
      calls: [],
      gaps: {},
    };
  },
});
