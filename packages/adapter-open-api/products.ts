import {
  type CardNetwork,
  done,
  type ProductsFacet,
  type ProductStatus,
  type ProviderProduct,
} from '@card-gateway/core';
import { mapRows, notACursor, numberedPage } from '@card-gateway/adapter-kit';
import type { Ask } from './client.ts';
import { pageAt } from './paging.ts';
import type { OpenApiSettings } from './settings.ts';
import { binListData, type BinRow } from './wire.ts';

/** Card products: `POST /{{version}}/openApi/card/bin/binList` (open-api-issuer.md §2.1). */
export function productsFacet(ask: Ask, settings: OpenApiSettings): ProductsFacet {
  return {
    page: async (next, call) => {
      const asked = numberedPage(next, 1, settings.pageSize);
      if (asked === null) return notACursor();
      return ask(
        {
          operation: 'binList',
          path: 'card/bin/binList',
          fields: { page_no: asked.page, page_size: asked.size },
          data: binListData,
          interpret: ({ total, bin_list }, evidence) => {
            return done(pageAt(asked, mapRows(bin_list, productOf), total, settings.maxPages), evidence);
          },
        },
        call,
      );
    },
  };
}

/** Bin status (§2.1), an enumeration of its own (trap 13). */
const statuses: ReadonlyMap<string, ProductStatus> = new Map([
  ['1', 'available'],
  ['2', 'maintenance_planned'],
  ['3', 'maintenance'],
  ['4', 'delisted'],
  ['5', 'listing_planned'],
]);

/** Bin mode (§2.1). The digits of a BIN do not determine the network (trap 4). */
const networks: ReadonlyMap<string, CardNetwork> = new Map([
  ['1', 'visa'],
  ['2', 'mastercard'],
]);

const categories: ReadonlyMap<string, 'credit' | 'debit'> = new Map([
  ['1', 'credit'],
  ['2', 'debit'],
]);

function productOf(row: BinRow): ProviderProduct {
  const loaded = row.recharge_currency ?? null;
  const settled = row.settle_currency ?? null;
  return {
    providerRef: row.bin_id,
    name: null,
    bin: row.bin_code ?? null,
    network: row.mode ? (networks.get(row.mode) ?? 'unrecognized') : null,
    category: row.card_category ? (categories.get(row.card_category) ?? 'unrecognized') : null,
    forms: null,
    currencies: [...new Set([loaded, settled])].filter((currency) => currency !== null),
    // Card rows name no currency (§1.3). If loading and settlement currency differ, no document says which one a balance is in.
    balanceCurrency: loaded === settled ? loaded : null,
    region: row.area ?? null,
    bank: row.bank ?? null,
    status: statuses.get(row.status ?? '') ?? 'unrecognized',
    providerStatus: row.status ?? null,
    // Status and flag are independent; new cards need both (§2.1).
    issuable: row.status === '1' && row.is_create === '1',
    limits: null,
  };
}
