import { timeLeftMs } from '@card-gateway/adapter-kit';
import {
  facetNames,
  type FacetName,
  facetMembers,
  type Outcome,
  type ProviderAdapter,
  type ProviderCall,
  refused,
} from '@card-gateway/core';
import type { AccountBulkhead } from './account-bulkhead.ts';

type Method = (...values: unknown[]) => unknown;
type AskingMethod = (...values: unknown[]) => Promise<Outcome<unknown>>;

/**
 * The adapter whose every call waits for a place at its account, unless the work it belongs to has one already (a write)
 * or passes the line (a look-up). A call without a place was certainly not sent.
 */
export function guardCalls(adapter: ProviderAdapter, bulkhead: AccountBulkhead): ProviderAdapter {
  const { gaps, calls, notes } = adapter;
  const facets = facetNames.flatMap((name) => {
    const facet = adapter[name];
    return facet === undefined ? [] : [[name, guardFacet(name, facet, bulkhead)]];
  });
  return { ...Object.fromEntries(facets), gaps, calls, ...(notes === undefined ? {} : { notes }) };
}

function guardFacet(name: FacetName, facet: object, bulkhead: AccountBulkhead): object {
  const members = Object.entries(facetMembers[name]).flatMap(([member, kind]) => {
    const value: unknown = Reflect.get(facet, member);
    if (value === undefined) return [];
    if (kind === 'data') return [[member, value]];
    const method = (value as Method).bind(facet);
    return [[member, kind === 'asks' ? guardMethod(method as AskingMethod, bulkhead) : method]];
  });
  return Object.fromEntries(members);
}

function guardMethod(method: AskingMethod, bulkhead: AccountBulkhead): AskingMethod {
  return (...values) => {
    return bulkhead.withSlot(
      timeLeftMs(values.at(-1) as ProviderCall),
      () => method(...values),
      (why) => refused('not_sent', { message: why }),
    );
  };
}
