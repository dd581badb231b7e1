import {
  type FacetName,
  type CardChange,
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

/** Every call that an adapter can make, by facet and method; each kind of card change is a separate call. */
export type CallName =
  | { [Name in FacetName]: Exclude<AskingMethod<Name>, 'cardControls.change'> | LookUp<Name> }[FacetName]
  | `cardControls.change ${CardChange['kind']}`;

/** The setup of a call: an undisturbed account on a separate sandbox. */
export interface Scene {
  readonly adapter: ProviderAdapter;
  readonly sandbox: Sandbox;
  readonly call: ProviderCall;
  /** A text that is unique within this sandbox. */
  readonly unique: () => string;
}

/** The one request, sent by `adapter`: the scene's own, or one whose provider is unreachable. */
export type Act = (adapter: ProviderAdapter, call: ProviderCall) => Promise<Outcome<unknown>>;

/** One call of one account, and its declared results. */
export interface Row {
  /** The provider's name for it, which the sandbox's faults target. */
  readonly operation: string;
  /** The call's name in the adapter's documented-calls.ts, where that does not end with {@link operation}. */
  readonly documented?: string;
  readonly prepare: (scene: Scene) => Promise<Act> | Act;
  readonly cells: Cells;
}

/** The calls of an account. The opened adapter determines which ones are required. */
export type Rows = Readonly<Partial<Record<CallName, Row>>>;

/** How a lost answer to a write is reconciled, in one word; null for a read. */
export function reconciliationOf(adapter: ProviderAdapter, name: string): string | null {
  const [facet = '', method = ''] = name.split('.');
  const change = /^change (.+)$/.exec(method)?.[1];
  const { reconciliation } =
    (adapter as unknown as Record<string, { reconciliation?: Record<string, unknown> }>)[facet] ?? {};
  if (reconciliation === undefined || !(method in writes || change !== undefined)) return null;
  const declared = change === undefined ? reconciliation : (reconciliation[change] as Record<string, unknown>);
  return resolvesBy[declared['by'] as keyof typeof resolvesBy];
}

/** The writing methods of facets with a `reconciliation`; their other methods read. */
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

/** The value of a setup call that must succeed. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value;
  throw new Error(`Preparing failed: ${JSON.stringify(outcome)}`);
}
