import { z } from 'zod';
import { amount, asSent, numberIn } from '../admin-bodies.ts';
import type { AdminRoutes } from '../provider.ts';
import type { OpenApiAdmin } from './admin.ts';

const cardChange = z
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
const cardsSeed = z.strictObject({
  count: z.int().min(0).max(1_000_000),
  seed: z.int().optional(),
  binId: z.string().optional(),
  replace: z.boolean().optional(),
});
const bin = z.strictObject({
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
const transaction = z.strictObject({
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

export function adminRoutes({ get, post }: AdminRoutes, admin: OpenApiAdmin): void {
  get('cards', () => admin.cards());
  post('bins', (body) => admin.seedBins(z.array(bin).parse(body)));
  post('cards', (body) => admin.seedCards(cardsSeed.parse(body)));
  post('cards/:no', (body, request) => admin.updateCard(numberIn(request), asSent(cardChange.parse(body))));
  post('transactions', (body) => admin.seedTransactions(z.array(transaction).parse(body)));
}
