import type { EventFilter } from './feed-store.ts';

/** What patterns as `card.*` select; undefined for everything. They may name types and kinds that only a newer gateway knows. */
export function selectionOf(patterns: readonly string[]): EventFilter['types'] {
  if (patterns.includes('*')) return undefined;
  const kinds = patterns.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -2));
  return { kinds, types: patterns.filter((pattern) => !pattern.endsWith('.*')) };
}
