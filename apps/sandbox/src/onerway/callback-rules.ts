import { text } from '../exchange.ts';
import type { CallbackRules } from '../provider.ts';
import { signedNotification } from './sign.ts';
import type { World } from './tokens.ts';

export const callbackRules: CallbackRules<World> = {
  firstMerchant: ({ config }) => config.merchantNo,
  idOf: ({ transactionId }) => text(transactionId),
  // onerway.md §6: the bare transactionId, without quotes.
  acknowledged: (_world, id, body) => body === id,
  altered: (fields, change = { tokenId: '0'.repeat(64) }) => ({ ...fields, ...change }),
  wronglySigned({ config }, _merchant, { headers }, fields) {
    const { sign: _, ...unsigned } = fields;
    return { headers, body: JSON.stringify(signedNotification(unsigned, `not ${config.secretKey}`)) };
  },
};
