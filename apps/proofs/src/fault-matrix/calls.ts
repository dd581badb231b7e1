import {
  facetNames,
  type FacetName,
  type CardChange,
  facetMembers,
  type FacetMembers,
  type Outcome,
  type ProviderAdapter,
  type ProviderCall,
} from '@card-gateway/core';
import type { Sandbox } from '@card-gateway/sandbox';
import type { Cells } from './cells.ts';

type Facet<Name extends FacetName> = NonNullable<ProviderAdapter[Name]>;
type AskingMethod<Name extends FacetName> = {
  [Method in keyof FacetMembers[Name] & string]: FacetMembers[Name][Method] extends 'asks'
    ? `${Name}.${Method}`
    : never;
}[keyof FacetMembers[Name] & string];
type LookUp<Name extends FacetName> =
  Facet<Name> extends { readonly reconciliation: infer Reconciliation }
    ? Extract<Reconciliation, { readonly by: 'look-up' }> extends never
      ? never
      : `${Name}.reconciliation.find`
    : never;

/** Every call that an adapter can make, by its facet and method; each kind of change of a card is one of its own. */
export type CallName =
  | { [Name in FacetName]: Exclude<AskingMethod<Name>, 'cardControls.change'> | LookUp<Name> }[FacetName]
  | `cardControls.change ${CardChange['kind']}`;

/** Where a call is prepared: an undisturbed account on a sandbox of its own. */
export interface Scene {
  readonly adapter: ProviderAdapter;
  readonly sandbox: Sandbox;
  readonly call: ProviderCall;
  /** A text that no other scene of this sandbox has. */
  readonly unique: () => string;
}

/** The one request, as `adapter` sends it: the scene's own, or one whose provider nobody can reach. */
export type Act = (adapter: ProviderAdapter, call: ProviderCall) => Promise<Outcome<unknown>>;

/** One call of one account, and what is declared of it. */
export interface Row {
  /** The provider's word for it, which the sandbox's faults are aimed at. */
  readonly operation: string;
  readonly prepare: (scene: Scene) => Promise<Act> | Act;
  readonly cells: Cells;
}

/** The calls of an account. Which of them there must be, the opened adapter says. */
export type Rows = Readonly<Partial<Record<CallName, Row>>>;

/** Every call that this adapter can make, from the methods that its facets have. */
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

/** How a lost answer to a write is found out, in a word; null for a read. */
export function reconciliationOf(adapter: ProviderAdapter, name: string): string | null {
  const [facet = '', method = ''] = name.split('.');
  const change = /^change (.+)$/.exec(method)?.[1];
  const { reconciliation } =
    (adapter as unknown as Record<string, { reconciliation?: Record<string, unknown> }>)[facet] ?? {};
  if (reconciliation === undefined || !(method in writes || change !== undefined)) return null;
  const declared = change === undefined ? reconciliation : (reconciliation[change] as Record<string, unknown>);
  return resolvesBy[declared['by'] as keyof typeof resolvesBy];
}

/** The methods of facets with a `reconciliation` that change something; the others beside them read. */
const writes: Readonly<Record<string, true>> = {
  apply: true,
  issue: true,
  send: true,
  start: true,
  verify: true,
  remove: true,
};
const resolvesBy = {
  'look-up': 'by our reference',
  'same-key': 'by sending it again under its key',
  'target-state': "by the card's state",
  'bound-cards': "by the user's list",
  person: 'by a person',
} as const;

/** A facet that the account is known to have. */
export function facet<Name extends FacetName>(adapter: ProviderAdapter, name: Name): Facet<Name> {
  const found = adapter[name];
  if (found === undefined) throw new Error(`The account has no ${name}.`);
  return found;
}

/** The value of a call that had to succeed, for what is prepared with it. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value;
  throw new Error(`Preparing failed: ${JSON.stringify(outcome)}`);
}
