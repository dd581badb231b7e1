import type { Decimal } from './money.ts';

export type WalletEntryStatus = 'awaiting_approval' | 'approved' | 'rejected' | 'unrecognized';

/**
 * One entry of the company's wallet at a card issuer. A transaction has one, a currency exchange two: one out, one in.
 */
export interface WalletEntry {
  readonly transactionRef: string;
  /** The business record behind the entry: a card order, a payment, a receipt. */
  readonly recordRef: string | null;
  readonly externalRef: string | null;
  readonly direction: 'in' | 'out' | 'unrecognized';
  /** The provider's number of the type, whose meanings are not published. */
  readonly providerType: string;
  readonly description: string | null;
  readonly amount: Decimal;
  readonly currency: string | null;
  readonly balanceBefore: Decimal | null;
  readonly balanceAfter: Decimal | null;
  readonly status: WalletEntryStatus;
  readonly providerStatus: string;
  readonly rejectReason: string | null;
  readonly remark: string | null;
  readonly at: Date | null;
}
