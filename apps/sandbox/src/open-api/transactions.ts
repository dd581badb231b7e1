import { numberLiteral } from '../synthetic.ts';

/** One ledger record of a wallet transaction: open-api-issuer.md §3.1. Amounts are stored as their wire literals. */
export interface OpenApiTransaction {
  record_id?: string | undefined;
  transaction_id: string;
  out_transaction_id: string;
  in_out_type: number;
  transaction_type: number;
  transaction_desc: string;
  amount: string;
  currency: string;
  before_balance: string;
  after_balance: string;
  status: number;
  reject_reason: string;
  remark: string;
  transaction_time: string;
  create_at: string;
}

export function transactionOnWire(transaction: OpenApiTransaction): Record<string, unknown> {
  const { amount, before_balance: before, after_balance: after } = transaction;
  return {
    ...transaction,
    amount: numberLiteral(amount),
    before_balance: numberLiteral(before),
    after_balance: numberLiteral(after),
  };
}

const plain = {
  transaction_id: '20002026010205110500002000310182a10c33de51b07f4a',
  out_transaction_id: 'pm_hSandbox000000001',
  in_out_type: 2,
  transaction_type: 3,
  transaction_desc: 'Card load',
  amount: '100.00',
  currency: 'USD',
  before_balance: '500.50',
  after_balance: '400.50',
  status: 2,
  reject_reason: '',
  remark: '',
  transaction_time: '2026-01-02 05:11:05',
  create_at: '2026-01-02 05:11:05',
};
const exchange = {
  ...plain,
  transaction_id: '20002026010207465900002000310182b92d84e67c15f3a0',
  out_transaction_id: 'pm_hSandbox000000002',
  transaction_type: 5,
  transaction_desc: 'Exchange',
  transaction_time: '2026-01-02 07:46:59',
  create_at: '2026-01-02 07:46:59',
};

/** One with a single record, and an exchange with two: one out, one in. */
export const defaultTransactions: OpenApiTransaction[] = [
  { record_id: 'ord_sandbox01', ...plain },
  { ...exchange, amount: '200.5', before_balance: '400.50', after_balance: '200.00' },
  {
    ...exchange,
    in_out_type: 1,
    amount: '180.45',
    currency: 'EUR',
    before_balance: '0',
    after_balance: '180.45',
  },
];
