import { z } from 'zod';
import { amount, asSent, numberIn } from '../admin-bodies.ts';
import type { AdminRoutes } from '../provider.ts';
import type { KeysecureAdmin } from './admin.ts';
import { cardholderStatuses, cardStatuses, type KeysecureCardholder } from './state.ts';

const cardPackage = z.strictObject({
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
const bin = z.strictObject({
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
const consumptionsSeed = z.strictObject({
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
const consumptionChange = z
  .strictObject({
    ...consumptionExtras,
    type: z.string().optional(),
    amount: amount.optional(),
    status: z.string().optional(),
    relateNo: z.string().optional(),
  })
  .transform(asSent);
const payment = z.strictObject({
  ...consumptionExtras,
  cardNo: z.string(),
  amount,
  type: z.string().optional(),
});
const callback = z.strictObject({
  apiKey: z.string().optional(),
  action: z.string(),
  data: z.record(z.string(), z.unknown()),
  id: z.string().optional(),
  timestamp: z.string().optional(),
});
const cardChange = z.strictObject({ status: z.enum(cardStatuses), reason: z.string().optional() });
const cardholderChange = z.strictObject({
  status: z.enum(cardholderStatuses),
  failReason: z.string().optional(),
});

export function adminRoutes({ get, post }: AdminRoutes, admin: KeysecureAdmin): void {
  get('cards', () => admin.cards());
  post('cards/:no', (body, request) => admin.updateCard(numberIn(request), cardChange.parse(body)));
  get('cardholders', () => admin.cardholders().map(readable));
  post('cardholders/:no', (body, request) =>
    readable(admin.updateCardholder(numberIn(request), cardholderChange.parse(body))),
  );
  get('consumptions', () => admin.consumptions());
  post('consumptions', (body) => admin.seedConsumptions(consumptionsSeed.parse(body)));
  post('consumptions/:no', (body, request) =>
    admin.updateConsumption(numberIn(request), consumptionChange.parse(body)),
  );
  post('packages', (body) => admin.seedPackages(z.array(cardPackage).parse(body)));
  post('bins', (body) => admin.seedBins(z.array(bin).parse(body)));
  post('pay', (body) => admin.pay(payment.parse(body)));
  post('callbacks', (body) => admin.callback(callback.parse(body)));
}

/** JSON cannot represent bigint. */
function readable(holder: KeysecureCardholder): object {
  return { ...holder, cents: String(holder.cents) };
}
