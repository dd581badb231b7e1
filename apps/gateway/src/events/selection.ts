import type { EventFilter } from './feed-store.ts';

/** What patterns as `card.*` select; undefined for everything. They may name types and kinds that only a newer gateway knows. */
export function selectionOf(patterns: readonly string[]): EventFilter['types'] {
  if (patterns.includes('*')) return undefined;
  const kinds = patterns.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -2));
  return { kinds, types: patterns.filter((pattern) => !pattern.endsWith('.*')) };
}

/** Whether a type, or all that a pattern stands for, is among patterns as `card.*`. */
export function hasType(patterns: readonly string[], type: string): boolean {
  const selection = selectionOf(patterns);
  const [kind = ''] = type.split('.', 1);
  return selection === undefined || selection.types.includes(type) || selection.kinds.includes(kind);
}
