import { type Outcome, type ProviderAdapter, type ProviderCall, refused } from '@card-gateway/core';
import type { Admission } from './admission.ts';

type Method = (...values: readonly unknown[]) => unknown;
type ProviderMethod = (...values: readonly unknown[]) => Promise<Outcome<unknown>>;

/**
 * The adapter whose every call waits for a place at its account, unless the work it belongs to has one already (a write)
 * or passes the line (a look-up). A call without a place was certainly not sent.
 */
export function admitCalls(adapter: ProviderAdapter, admission: Admission): ProviderAdapter {
  const { gaps, calls, notes, ...facets } = adapter;
  const admitted = Object.fromEntries(
    Object.entries(facets).map(([name, facet]) => [name, admitMethods(facet, admission)]),
  ) as typeof facets;
  return { ...admitted, gaps, calls, ...(notes === undefined ? {} : { notes }) };
}

function admitMethods(facet: object, admission: Admission): object {
  return Object.fromEntries(
    Object.entries(facet).map(([name, member]) => [
      name,
      typeof member === 'function' ? admitMethod(member.bind(facet) as Method, admission) : member,
    ]),
  );
}

/** What takes a {@link ProviderCall}, always as its last value, calls the provider; the rest (`pinFault`) is pure. */
function admitMethod(method: Method, admission: Admission): Method {
  return (...values) => {
    const call = values.at(-1);
    if (!isProviderCall(call)) return method(...values);
    const ask = method as ProviderMethod;
    return admission.admit(
      call.timeoutMs,
      (waitedMs) => ask(...values.slice(0, -1), { ...call, timeoutMs: Math.ceil(call.timeoutMs - waitedMs) }),
      (why) => refused('not_sent', { message: why }),
    );
  };
}

function isProviderCall(value: unknown): value is ProviderCall {
  return typeof value === 'object' && value !== null && 'timeoutMs' in value;
}
