import { countOf, mapRows, notACursor, numberedPage, numberedPageOf } from '@card-gateway/adapter-kit';
import {
  type CardForm,
  cardNetwork,
  done,
  type Outcome,
  type Page,
  type ProductLimits,
  type ProductsFacet,
  type ProviderCall,
  type ProviderProduct,
} from '@card-gateway/core';
import type { z } from 'zod';
import type { Ask } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { binData, listOf, packageData, type WireLimits } from './wire.ts';

/** What a merchant can order: packages in credit mode (keysecure.md §6.18), BINs in authorization mode (§6.19). */
export function productsFacet(ask: Ask, settings: KeySecureSettings): ProductsFacet {
  async function page<Row extends z.ZodType>(
    list: { readonly path: string; readonly row: Row; readonly toProduct: (row: z.output<Row>) => ProviderProduct },
    next: string | null,
    call: ProviderCall,
  ): Promise<Outcome<Page<ProviderProduct>>> {
    const asked = numberedPage(next, 0, settings.pageSize);
    if (asked === null) return notACursor();
    return await ask(
      {
        method: 'POST',
        path: list.path,
        effect: 'read',
        body: { ...asked },
        data: listOf(list.row),
        interpret: (data, evidence) => {
          const isWhole = asked.page === 0 && countOf(data.list) < asked.size;
          return done(numberedPageOf(asked, mapRows(data.list, list.toProduct), { isWhole }), evidence);
        },
      },
      call,
    );
  }

  const packages = { path: 'card/package/list', row: packageData, toProduct: fromPackage };
  const bins = { path: 'card/support/bins', row: binData, toProduct: fromBin };
  return {
    page: async (next, call) =>
      settings.mode === 'credit' ? await page(packages, next, call) : await page(bins, next, call),
  };
}

/** Members that neither list contains. A listed product can be ordered, unless its row names no form. */
const unsaid = {
  category: null,
  region: null,
  bank: null,
  status: 'available',
  providerStatus: null,
  issuable: true,
} as const;

function fromPackage(row: z.output<typeof packageData>): ProviderProduct {
  return {
    ...unsaid,
    providerRef: row.package_no,
    name: row.package_en_name ?? row.package_cn_name ?? null,
    bin: row.card_bin ?? null,
    network: cardNetwork(row.organization),
    forms: packageForms(row.package_type),
    currencies: [],
    balanceCurrency: null,
    limits: toLimits(row.consumption_limit),
  };
}

function fromBin(row: z.output<typeof binData>): ProviderProduct {
  const currencies = row.currencies?.read ?? [];
  const [only, ...others] = currencies;
  const forms = binForms(row.support_virtual, row.support_physical);
  return {
    ...unsaid,
    issuable: forms === null || forms.length > 0,
    providerRef: row.card_bin_no,
    name: null,
    bin: row.card_bin ?? null,
    network: cardNetwork(row.organization),
    forms,
    currencies,
    balanceCurrency: only !== undefined && others.length === 0 ? only : null,
    limits: toLimits(row.balance_limit),
  };
}

/** The values of `package_type` are not published; presumably they are the card types (keysecure.md §9). */
function packageForms(type: string | null | undefined): readonly CardForm[] | null {
  if (type === 'Virtual') return ['virtual'];
  return type === 'Physical' ? ['physical'] : null;
}

type Support = boolean | undefined;

function binForms(virtual: Support, physical: Support): readonly CardForm[] | null {
  if (typeof virtual !== 'boolean' || typeof physical !== 'boolean') return null;
  return [...(virtual ? (['virtual'] as const) : []), ...(physical ? (['physical'] as const) : [])];
}

function toLimits(limits: WireLimits | null | undefined): ProductLimits | null {
  if (limits === null || limits === undefined) return null;
  return {
    balance: limits.limit_balance ?? null,
    weekly: limits.limit_week_balance ?? null,
    atmDaily: limits.limit_atm_day_balance ?? null,
    atmMonthly: limits.limit_atm_month_balance ?? null,
  };
}
