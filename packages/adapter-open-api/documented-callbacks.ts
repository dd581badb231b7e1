import type { DocumentedCallback } from '@card-gateway/adapter-kit';

/** What OPEN-API sends (open-api-issuer.md §5). */
export const documentedCallbacks: readonly DocumentedCallback[] = [
  {
    name: 'card status',
    about:
      "A card's status changed (open-api-issuer.md §5.1). Nothing signs it, so that its URL ends with the account's secret path, and nothing " +
      'of it is believed: the card is read again. Number, CVV and PIN that it carries are not kept.',
    path: '/callbacks/{account}/{secret}',
    headers: [],
    fields: [
      ['eventTag', 'string', '`card.status.active`, `card.status.freeze`, … Where it stands is not published.'],
      ['data.card_id', 'string', 'The card.'],
      ['data.status', 'integer', 'Its status, from 1 to 7.'],
      ['data.use_at', 'string', 'When it was activated.'],
      ['data.close_at', 'string', 'When its cancellation was asked for.'],
      ['data.end_at', 'string', 'When it came to its end.'],
    ],
    example: {
      eventTag: 'card.status.freeze',
      data: { card_id: 'cid_sxdwXPRxtXt6Ch4n', status: 3, use_at: '2025-03-03 02:42:11', close_at: '', end_at: '' },
    },
    answer: {
      contentType: 'application/json',
      body: '{"code":0,"message":"success"}',
      about: "It is stored. The answer is the account's setting `acknowledgement`, because none is published.",
    },
  },
];
