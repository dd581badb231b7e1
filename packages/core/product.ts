import type { CardForm, CardNetwork } from './card.ts';
import type { Decimal } from './money.ts';

/** What can currently be ordered of a product. */
export type ProductStatus =
  | 'available'
  | 'maintenance_planned'
  | 'maintenance'
  | 'delisted'
  | 'listing_planned'
  | 'unrecognized';

/** Spending limits as the provider states them, decimal text in the product's currency; null if it states none. */
export interface ProductLimits {
  readonly balance: Decimal | null;
  readonly weekly: Decimal | null;
  readonly atmDaily: Decimal | null;
  readonly atmMonthly: Decimal | null;
}

/** A product of which cards can be ordered: a provider's BIN, package or programme. */
export interface ProviderProduct {
  readonly providerRef: string;
  readonly name: string | null;
  readonly bin: string | null;
  readonly network: CardNetwork | null;
  readonly category: 'credit' | 'debit' | 'unrecognized' | null;
  /** Forms that can be ordered; null if the provider does not say. */
  readonly forms: readonly CardForm[] | null;
  readonly currencies: readonly string[];
  /** The currency of balances on cards of this product; null if the provider leaves it open. */
  readonly balanceCurrency: string | null;
  readonly region: string | null;
  readonly bank: string | null;
  readonly status: ProductStatus;
  readonly providerStatus: string | null;
  /** Whether the provider currently accepts orders for new cards. */
  readonly issuable: boolean;
  readonly limits: ProductLimits | null;
}
