import { done, type Evidence, type Finding, type Outcome, type Page, unknown } from '@card-gateway/core';
import type { Rows } from './fields.ts';

/** How many rows came, read or not. */
export function countOf({ read, unreadable }: Rows<unknown>): number {
  return read.length + unreadable;
}

/** A page of these rows, and how its list goes on. After an empty page none is asked for, whatever the provider says. */
export function pageOf<Item>(
  rows: Rows<Item>,
  on: Pick<Page<Item>, 'next'> & Partial<Pick<Page<Item>, 'nextPart' | 'isWhole' | 'total'>>,
): Page<Item> {
  return {
    items: rows.read,
    unreadable: rows.unreadable,
    next: countOf(rows) === 0 ? null : on.next,
    nextPart: on.nextPart ?? null,
    isWhole: on.isWhole ?? false,
    total: on.total ?? null,
  };
}

/**
 * Our row of a list that was asked for by a number of ours. No row at all is "not found". Rows without ours mean that ours could
 * not be read or the filter did not work, and more than one of ours that the provider took the order twice: neither tells
 * anything, least of all "not found".
 */
export function onlyOwn<Row, Value>(
  rows: Rows<Row>,
  isOwn: (row: Row) => boolean,
  valueOf: (row: Row) => Value,
  evidence: Evidence,
): Outcome<Finding<Value>> {
  if (countOf(rows) === 0) return done({ found: false }, evidence);
  const [own, ...more] = rows.read.filter(isOwn);
  if (own === undefined || more.length > 0) return unknown('unreadable_answer', evidence);
  return done({ found: true, value: valueOf(own) }, evidence);
}
