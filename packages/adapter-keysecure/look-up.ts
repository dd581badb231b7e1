import { done, type Evidence, type Finding, type Outcome, unknown } from '@card-gateway/core';

/**
 * Picks our row out of a list that was filtered by our unique number. No row at all is "not found". Rows without ours
 * mean that the filter did not work, and more than one of ours that the provider took the order twice: neither settles
 * anything, least of all as "not found".
 */
export function onlyOwn<Row, Value>(
  rows: readonly Row[],
  look: { readonly isOwn: (row: Row) => boolean; readonly value: (row: Row) => Value },
  evidence: Evidence,
): Outcome<Finding<Value>> {
  if (rows.length === 0) return done({ found: false }, evidence);
  const [own, ...more] = rows.filter(look.isOwn);
  if (own === undefined || more.length > 0) return unknown('unreadable_answer', evidence);
  return done({ found: true, value: look.value(own) }, evidence);
}
