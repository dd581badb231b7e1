import type { Outcome } from './outcome.ts';
import type { FacetName, ProviderAdapter } from './provider.ts';

type Facet<Name extends FacetName> = NonNullable<ProviderAdapter[Name]>;
type Asking = (...values: never[]) => Promise<Outcome<unknown>>;

/**
 * `asks`: a method that calls the provider; its last parameter is a `ProviderCall`. `pure`: a method without a call. `data`:
 * not a method.
 */
type MemberKind<Member> = Member extends Asking
  ? 'asks'
  : Member extends (...values: never[]) => unknown
    ? 'pure'
    : 'data';

/** Exactly the members of a facet's interface. */
export type FacetMembers = {
  readonly [Name in FacetName]: {
    readonly [Member in keyof Required<Facet<Name>> & string]: MemberKind<NonNullable<Facet<Name>[Member]>>;
  };
};

/**
 * The members of each facet, as in its interface. Code that wraps or enumerates facets uses this list instead of inspecting
 * objects, so that a facet may be a class. A missing member, or one listed with another kind, does not compile.
 */
const facetMembers: FacetMembers = {
  products: { page: 'asks' },
  cardholders: { applications: 'data', apply: 'asks', reconciliation: 'data', read: 'asks', reapply: 'asks' },
  issuing: { cardholder: 'data', address: 'data', addressFaults: 'pure', issue: 'asks', reconciliation: 'data' },
  cards: { page: 'asks', read: 'asks' },
  cardControls: { change: 'asks', reconciliation: 'data', gaps: 'data', pinRule: 'data', pinFault: 'pure' },
  reveal: { card: 'asks' },
  frameTokens: { issue: 'asks' },
  transactions: { types: 'data', page: 'asks', read: 'asks' },
  transfers: { currency: 'data', decimals: 'data', send: 'asks', reconciliation: 'data', balances: 'asks' },
  wallet: { read: 'asks' },
  binding: {
    purposes: 'data',
    needsUserIp: 'data',
    start: 'asks',
    verify: 'asks',
    reconciliation: 'data',
    check: 'asks',
  },
  boundCards: { kinds: 'data', givesTokens: 'data', needsUserIp: 'data', list: 'asks' },
  unbinding: { remove: 'asks', reconciliation: 'data' },
  banks: { needsUserIp: 'data', list: 'asks', issuerOf: 'asks' },
  callbacks: {
    isUnsigned: 'data',
    decisionTimeMs: 'data',
    receive: 'pure',
    fetchKeys: 'asks',
    eventOf: 'pure',
    acknowledge: 'pure',
  },
};

const facetNames = Object.keys(facetMembers) as readonly FacetName[];

/** The names of all calls that this adapter can make: `issuing.issue`, `issuing.reconciliation.find`, `cardControls.change freeze`. */
export function callsOf(adapter: ProviderAdapter): string[] {
  return facetNames.flatMap((name) => {
    const facet = adapter[name];
    if (facet === undefined) return [];
    return Object.entries(facetMembers[name]).flatMap(([member, kind]) => {
      const value: unknown = Reflect.get(facet, member);
      if (member === 'reconciliation') return isLookUp(value) ? [`${name}.reconciliation.find`] : [];
      if (kind !== 'asks' || value === undefined) return [];
      return member === 'change' ? changesOf(adapter) : [`${name}.${member}`];
    });
  });
}

function changesOf({ cardControls }: ProviderAdapter): string[] {
  const { reconciliation = {}, gaps = {} } = cardControls ?? {};
  return Object.keys(reconciliation).flatMap((kind) => (kind in gaps ? [] : [`cardControls.change ${kind}`]));
}

function isLookUp(reconciliation: unknown): boolean {
  return (reconciliation as { readonly by?: unknown }).by === 'look-up';
}
