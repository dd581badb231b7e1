import {
  capabilities,
  type Capability,
  facetMembers,
  type Outcome,
  type ProviderAdapter,
  type ProviderCall,
  refused,
} from '@card-gateway/core';
import type { Admission } from './admission.ts';

type Method = (...values: unknown[]) => unknown;
type AskingMethod = (...values: unknown[]) => Promise<Outcome<unknown>>;

/**
 * The adapter whose every call waits for a place at its account, unless the work it belongs to has one already (a write)
 * or passes the line (a look-up). A call without a place was certainly not sent.
 */
export function admitCalls(adapter: ProviderAdapter, admission: Admission): ProviderAdapter {
  const { gaps, calls, notes } = adapter;
  const facets = capabilities.flatMap((name) => {
    const facet = adapter[name];
    return facet === undefined ? [] : [[name, admitFacet(name, facet, admission)]];
  });
  return { ...Object.fromEntries(facets), gaps, calls, ...(notes === undefined ? {} : { notes }) };
}

function admitFacet(name: Capability, facet: object, admission: Admission): object {
  const members = Object.entries(facetMembers[name]).flatMap(([member, kind]) => {
    const value: unknown = Reflect.get(facet, member);
    if (value === undefined) return [];
    if (kind === 'data') return [[member, value]];
    const method = (value as Method).bind(facet);
    return [[member, kind === 'asks' ? admitMethod(method as AskingMethod, admission) : method]];
  });
  return Object.fromEntries(members);
}

function admitMethod(method: AskingMethod, admission: Admission): AskingMethod {
  return (...values) => {
    const call = values.pop() as ProviderCall;
    return admission.admit(
      call.timeoutMs,
      (waitedMs) => method(...values, { ...call, timeoutMs: Math.ceil(call.timeoutMs - waitedMs) }),
      (why) => refused('not_sent', { message: why }),
    );
  };
}
