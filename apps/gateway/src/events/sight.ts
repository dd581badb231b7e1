import { type EventKind, eventReadScopes, operationReadScopes, syncReadScopes } from '@card-gateway/contract';
import { type OperationType, operationTypes } from '@card-gateway/core';
import { type Caller, hasScope } from '../caller.ts';

/** Which events of a tenant a reader sees. */
export interface EventSight {
  /** All of them, also of kinds that this version does not know. */
  readonly all: boolean;
  /** Of operations and syncs, what these are about decides. */
  readonly kinds: readonly EventKind[];
  readonly operationTypes: readonly OperationType[];
  readonly syncsOfCards: boolean;
  readonly syncsOfBindings: boolean;
}

/** By the scopes of callers, which are remembered for a while: each of thousands who wait would keep its own. */
const sights = new WeakMap<readonly string[], EventSight>();

/** The events that these scopes show: those of subjects that their reads show. */
export function sightOf(caller: Pick<Caller, 'scopes'>): EventSight {
  const known = sights.get(caller.scopes);
  if (known !== undefined) return known;
  const sight = makeSight(caller);
  sights.set(caller.scopes, sight);
  return sight;
}

function makeSight(caller: Pick<Caller, 'scopes'>): EventSight {
  const kinds = Object.keys(eventReadScopes) as (keyof typeof eventReadScopes)[];
  return {
    all: hasScope(caller, ['admin']),
    kinds: kinds.filter((kind) => hasScope(caller, eventReadScopes[kind])),
    operationTypes: operationTypes.filter((type) => hasScope(caller, operationReadScopes[type])),
    syncsOfCards: hasScope(caller, syncReadScopes.cards),
    syncsOfBindings: hasScope(caller, syncReadScopes.bindings),
  };
}
