import {
  done,
  type Evidence,
  type Finding,
  mapOutcome,
  type Outcome,
  type Page,
  type PageHead,
  unknown,
} from '@card-gateway/core';
import type { Rows } from './fields.ts';

/** The number of rows received, readable or not. */
export function countOf({ read, unreadable }: Rows<unknown>): number {
  return read.length + unreadable;
}

/** A page of these rows, and how its list continues. After an empty page nothing is requested, whatever the provider says. */
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

/** For {@link Question.unread}: the rows of a page that is known are not read before they are used. */
export function unlessKnown<Item>(known: PageHead | undefined) {
  return (digest: string, read: () => Outcome<Page<Item>>): Outcome<Page<Item>> => {
    if (known?.digest !== digest) return mapOutcome(read(), (page) => ({ ...page, digest }));
    let items: readonly Item[] | undefined;
    return done({
      ...known,
      get items() {
        return (items ??= itemsOf(read()));
      },
    });
  };
}

function itemsOf<Item>(outcome: Outcome<Page<Item>>): readonly Item[] {
  if (outcome.kind !== 'done') throw new Error('An answer that was read before cannot be read.');
  return outcome.value.items;
}

/**
 * The row with our number, from a list filtered by it. An empty list means "not found". Rows without our number mean that ours
 * was unreadable or the filter failed, and several rows with it that the provider took the order twice: neither proves
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
