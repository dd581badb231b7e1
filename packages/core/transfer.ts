import type { Decimal } from './money.ts';
import type { MovementStatus } from './transaction.ts';

/** `in` moves value to the cardholder, `out` takes it back. */
export type TransferDirection = 'in' | 'out';

/** A transfer as a provider last described it; `undefined` means not stated, null means stated as none. */
export interface ProviderTransfer {
  readonly providerRef: string;
  /** Our own reference, if the provider returns it. */
  readonly ourReference: string | null;
  readonly status: MovementStatus;
  readonly providerStatus: string | null;
  readonly cardholderRef?: string;
  readonly direction?: TransferDirection;
  readonly amount?: Decimal;
  readonly balanceBefore?: Decimal | null;
  readonly balanceAfter?: Decimal | null;
  readonly createdAt?: Date | null;
}

/** One account of a cardholder at the provider. */
export interface ProviderBalance {
  readonly currency: string;
  /** The chain of a token currency, if the provider names one. */
  readonly chain: string | null;
  readonly amount: Decimal;
  readonly usdValue: Decimal | null;
  readonly bonus: Decimal | null;
  readonly bonusUsdValue: Decimal | null;
}
