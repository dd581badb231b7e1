import { found } from '../admin-lists.ts';
import { parseObject, text } from '../exchange.ts';
import type { CallbackRules, Fields } from '../provider.ts';
import { keysecureSign, signedCallback } from './callback.ts';
import type { World } from './state.ts';

export const callbackRules: CallbackRules<World> = {
  firstMerchant: ({ state }) => [...state.merchants.keys()][0] ?? '',
  idOf: ({ id }) => text(id),
  acknowledged(_world, _id, body) {
    // keysecure.md §11: `code` is a number, and `message` (not `msg`) is required unless it is 0.
    const { code, message = '' } = parseObject(body) ?? {};
    return code === 0 && typeof message === 'string';
  },
  altered: (fields, change = { card_no: 'C0' }) => ({ ...fields, data: { ...dataOf(fields), ...change } }),
  wronglySigned(world, merchant, { headers, body }, fields) {
    const timestamp = headers['Timestamp'] ?? '';
    const secretKey = `not ${merchantOf(world, merchant).apiSecret}`;
    const signature = keysecureSign(dataOf(fields), { appId: merchant, timestamp, secretKey });
    return { headers: { ...headers, Signature: signature }, body };
  },
  aged(world, merchant, fields, ageMs) {
    const timestamp = String(world.clock.wall() - ageMs);
    const again = { id: String(fields['id']), action: String(fields['action']), data: dataOf(fields), timestamp };
    return signedCallback(merchantOf(world, merchant), again, world.config.nestedOrder, 0);
  },
};

const merchantOf = (world: World, apiKey: string) =>
  found(world.state.merchants.get(apiKey), `merchant with the Api-Key ${apiKey}`);

const dataOf = (fields: Fields) => (fields['data'] ?? {}) as Fields;
