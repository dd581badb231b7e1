import { isDeepStrictEqual } from 'node:util';
import type { CallbackRules, Fields } from '../provider.ts';
import type { World } from './state.ts';

/** Nothing is signed, and nothing contains a time (open-api-issuer.md §5.3). */
export const callbackRules: CallbackRules<World> = {
  firstMerchant: ({ config }) => String(config.appId),
  idOf: () => '',
  acknowledged: ({ config }, _id, body) => isDeepStrictEqual(valueOf(body), valueOf(config.acknowledgement)),
  altered(fields, change = { card_id: 'cid_0000000000000000' }) {
    const { data } = fields;
    const enveloped = typeof data === 'object' && data !== null;
    return enveloped ? { ...fields, data: { ...(data as Fields), ...change } } : { ...fields, ...change };
  },
};

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
