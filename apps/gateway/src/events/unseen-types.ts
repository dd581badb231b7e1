import {
  type EventKind,
  eventKinds,
  eventReadScopes,
  operationReadScopes,
  type Scope,
  syncReadScopes,
} from '@card-gateway/contract';
import { type Caller, hasScope } from '../caller.ts';
import { ProblemError } from '../problem.ts';

/** A reader with one of a kind's scopes sees its events; of operations and syncs, those of some. */
export const readingScopes: Readonly<Record<EventKind, readonly Scope[]>> = {
  ...eventReadScopes,
  operation: [...new Set(Object.values(operationReadScopes).flat())],
  sync: Object.values(syncReadScopes).flat(),
};

/**
 * Refuses types, and patterns as `card.*`, of which a reader sees no event: it would wait for ever. `*` stands for whatever there
 * is to see.
 *
 * @param place the pointer to a pattern in the request, by its index
 * @param told whom the answer speaks of, and what it adds
 * @throws ProblemError 403
 */
export function requireSeenTypes(
  reader: Pick<Caller, 'scopes'>,
  patterns: readonly string[],
  place: (index: number) => string,
  { who, mend }: { readonly who: string; readonly mend: string } = { who: 'This API key', mend: '' },
): void {
  const unseen = patterns.flatMap((pattern, index) => {
    const kind = eventKinds.find((one) => pattern.startsWith(`${one}.`));
    const scopes = kind === undefined ? [] : readingScopes[kind];
    if (hasScope(reader, scopes)) return [];
    return [{ scopes, pointer: place(index), text: `${pattern} needs the scope ${scopes.join(' or ')}` }];
  });
  if (unseen.length === 0) return;
  throw new ProblemError(
    'forbidden',
    `${who} sees no event of some of these types: ${unseen.map(({ text }) => text).join(', ')}.${mend}`,
    {
      scopes: [...new Set(unseen.flatMap(({ scopes }) => scopes))],
      errors: unseen.map(({ pointer, text }) => ({ pointer, detail: `expected types whose events are seen; ${text}` })),
    },
  );
}
