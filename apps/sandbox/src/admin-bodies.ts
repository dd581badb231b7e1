import { z } from 'zod';
import { providerNames } from './faults.ts';
import { cardholderStatuses, cardStatuses } from './keysecure/state.ts';

/** What the admin routes take, as queries and as bodies. */
export const clockChange = z.strictObject({
  advanceMs: z.int().optional(),
  set: z.int().optional(),
  skewMs: z.int().optional(),
});
export const filter = z.strictObject({
  provider: z.enum(providerNames).optional(),
  operation: z.string().optional(),
  reference: z.string().optional(),
});
export const ledgerFilter = filter.extend({ effect: z.string().optional(), subject: z.string().optional() });
export const smsFilter = z.strictObject({ phone: z.string().optional(), user: z.string().optional() });

const amount = z.string().regex(/^-?\d+(\.\d+)?$/);
export const openApiCardChange = z
  .strictObject({
    status: z.int(),
    balance: amount,
    limit: amount,
    holder_id: z.string(),
    expiry: z.string(),
    cvv: z.string(),
    pin: z.string(),
    use_at: z.string(),
    close_at: z.string(),
    end_at: z.string(),
    mark: z.string(),
  })
  .partial();
export const openApiCardsSeed = z.strictObject({
  count: z.int().min(0).max(1_000_000),
  seed: z.int().optional(),
  binId: z.string().optional(),
  replace: z.boolean().optional(),
});
export const openApiBin = z.strictObject({
  bin_id: z.string(),
  bin_code: z.string().regex(/^\d{4,8}$/),
  type: z.int(),
  settle_currency: z.string(),
  recharge_currency: z.string(),
  mode: z.int(),
  area: z.string(),
  card_category: z.int(),
  bank: z.string(),
  status: z.int(),
  is_create: z.int(),
  is_recharge: z.int(),
  is_trade: z.int(),
});
export const keysecurePackage = z.strictObject({
  package_no: z.string(),
  package_en_name: z.string(),
  package_cn_name: z.string(),
  card_bin: z.string(),
  card_bin_no: z.string(),
  organization: z.string(),
  package_type: z.enum(['Virtual', 'Physical']),
  delisted: z.boolean().optional(),
  needsAddress: z.boolean().optional(),
});
export const keysecureBin = z.strictObject({
  card_bin_no: z.string(),
  card_bin: z.string(),
  organization: z.string(),
  support_physical: z.boolean(),
  support_virtual: z.boolean(),
  currencies: z.array(z.string()),
});
const consumptionExtras = {
  localAmount: amount.optional(),
  localCurrency: z.string().optional(),
  fees: z.array(z.strictObject({ fee_type: z.string(), amount })).optional(),
  remark: z.string().optional(),
  detail: z.string().optional(),
  merchantInfo: z
    .strictObject({
      merchant_name: z.string().optional(),
      merchant_mcc: z.string().optional(),
      city: z.string().optional(),
      country: z.string().optional(),
    })
    .transform(asSent)
    .optional(),
};
export const consumptionsSeed = z.strictObject({
  cardNo: z.string(),
  consumptions: z.array(
    z.strictObject({
      ...consumptionExtras,
      type: z.string(),
      amount,
      status: z.string().optional(),
      time: z.int().optional(),
      consumeNo: z.string().optional(),
      relateNo: z.string().optional(),
    }),
  ),
});
export const consumptionChange = z
  .strictObject({
    ...consumptionExtras,
    type: z.string().optional(),
    amount: amount.optional(),
    status: z.string().optional(),
    relateNo: z.string().optional(),
  })
  .transform(asSent);
export const payment = z.strictObject({
  ...consumptionExtras,
  cardNo: z.string(),
  amount,
  type: z.string().optional(),
});
export const openApiTransaction = z.strictObject({
  record_id: z.string().optional(),
  transaction_id: z.string(),
  out_transaction_id: z.string(),
  in_out_type: z.int(),
  transaction_type: z.int(),
  transaction_desc: z.string(),
  amount,
  currency: z.string(),
  before_balance: amount,
  after_balance: amount,
  status: z.int(),
  reject_reason: z.string(),
  remark: z.string(),
  transaction_time: z.string(),
  create_at: z.string(),
});
const tokenText = z.string().optional();
const token = z.strictObject({
  id: tokenText,
  tokenId: tokenText,
  appId: tokenText,
  cardNumber: tokenText,
  paymentMethod: tokenText,
  cardBinCountry: tokenText,
  year: tokenText,
  month: tokenText,
});
export const tokensSeed = z.strictObject({
  merchantCustId: z.string(),
  kind: z.enum(['TOKEN', 'SUBSCRIBE']).optional(),
  tokens: z.array(token.transform(asSent)),
});
export const yixinCardsSeed = z.strictObject({
  user: z.string(),
  cards: z.array(
    z.strictObject({ cardNo: z.string(), phone: z.string(), bindCardId: z.string().nullable().optional() }),
  ),
});

export const keysecureCallback = z.strictObject({
  apiKey: z.string().optional(),
  action: z.string(),
  data: z.record(z.string(), z.unknown()),
  id: z.string().optional(),
  timestamp: z.string().optional(),
});
export const onerwayNotification = z.record(z.string(), z.unknown());
export const keysecureCardChange = z.strictObject({ status: z.enum(cardStatuses), reason: z.string().optional() });
export const keysecureCardholderChange = z.strictObject({
  status: z.enum(cardholderStatuses),
  failReason: z.string().optional(),
});

/** What was parsed from JSON has no member that is undefined, which zod's types cannot say. */
export function asSent<T>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return value as { [Name in keyof T]: Exclude<T[Name], undefined> };
}
