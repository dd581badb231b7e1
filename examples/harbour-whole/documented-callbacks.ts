import type { DocumentedCallback } from '@card-gateway/adapter-kit';
import type { HarbourSettings } from './settings.ts';

/** The callbacks that Harbour sends (§7). */
export const documentedCallbacks: readonly DocumentedCallback<HarbourSettings>[] = [
  {
    name: 'card.changed',
    title: 'A card changed its state',
    section: '§7',
    about: 'A card changed its state. The card gets it, unless something newer is known.',
    path: '/callbacks/{account}',
    headers: [
      ['Harbour-Key', 'The id of the key that signed it, of those that are published.'],
      ['Harbour-Timestamp', 'Unix seconds; part of what is signed.'],
      ['Harbour-Signature', 'Ed25519 over `<timestamp>.<body>`, in base64url.'],
    ],
    fields: [
      ['event', 'string', '`card.changed`.'],
      ['card', 'string', 'The card.'],
      ['state', 'string', '`active`, `frozen` or `closed`.'],
    ],
    example: { event: 'card.changed', card: 'hc_0001', state: 'frozen' },
    answer: { contentType: 'application/json', body: '{}', about: 'It is stored.' },
  },
];
