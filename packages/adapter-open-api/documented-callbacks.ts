import type { DocumentedCallback } from '@card-gateway/adapter-kit';
import type { OpenApiSettings } from './settings.ts';

/** §5.1. */
const eventTags = ['active', 'freeze', 'unfreeze', 'closing', 'closed', 'lost', 'replace'].map(
  (state) => `card.status.${state}`,
);

function titleOnly(name: string, title: string): DocumentedCallback<OpenApiSettings> {
  const unused = 'The documents name this notification by its title only: its fields are not published.';
  return { name, title, section: '§5.2', unused };
}

/** The six notifications of OPEN-API (open-api-issuer.md §5). */
export const documentedCallbacks: readonly DocumentedCallback<OpenApiSettings>[] = [
  {
    name: 'card.status.*',
    kinds: eventTags,
    title: 'A card changed its status',
    section: '§5.1',
    about:
      "A card's status changed. The callback is not signed, so its URL ends with the account's secret path, and its content " +
      'is not trusted: the card is read again. The number, CVV and PIN in it are not stored.',
    path: '/callbacks/{account}/{secret}',
    headers: [],
    fields: [
      ['eventTag', 'string', '`card.status.active`, `card.status.freeze`, … Its position is not published.'],
      ['data.card_id', 'string', 'The card.'],
      ['data.status', 'integer', 'Its status, from 1 to 7.'],
      ['data.use_at', 'string', 'When it was activated.'],
      ['data.close_at', 'string', 'When its cancellation was requested.'],
      ['data.end_at', 'string', 'When it ended.'],
    ],
    example: {
      eventTag: 'card.status.freeze',
      data: { card_id: 'cid_sxdwXPRxtXt6Ch4n', status: 3, use_at: '2025-03-03 02:42:11', close_at: '', end_at: '' },
    },
    answer: {
      contentType: 'application/json',
      body: '{"code":0,"message":"success"}',
      about:
        "The callback is stored. The answer is the account's setting `acknowledgement`, because none is published.",
    },
  },
  titleOnly('Card Order', 'Card order'),
  titleOnly('Card Trade', 'Card transaction'),
  titleOnly('Payee Notify', 'Payee'),
  titleOnly('Payment Notify', 'Payment'),
  titleOnly('Wallet Notify', 'Wallet'),
];
