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

/** For `Question.unread`: the rows of a page that is known are not read before they are used. */
export function unlessKnown<Item>(known: PageHead | undefined) {
  return (digest: string, read: () => Outcome<Page<Item>>): Outcome<Page<Item>> =>
    known?.digest === digest ? done(new UnreadPage(known, read)) : mapOutcome(read(), (page) => ({ ...page, digest }));
}

/** Not an object literal: V8 would keep its getter, and with it the answer, until a full collection. */
class UnreadPage<Item> implements Page<Item> {
  readonly unreadable: number;
  readonly next: string | null;
  readonly nextPart: string | null;
  readonly isWhole: boolean;
  readonly total: number | null;
  readonly digest: string | undefined;
  readonly #read: () => Outcome<Page<Item>>;

  constructor({ unreadable, next, nextPart, isWhole, total, digest }: PageHead, read: () => Outcome<Page<Item>>) {
    this.unreadable = unreadable;
    this.next = next;
    this.nextPart = nextPart;
    this.isWhole = isWhole;
    this.total = total;
    this.digest = digest;
    this.#read = read;
  }

  get items(): readonly Item[] {
    const outcome = this.#read();
    if (outcome.kind !== 'done') throw new Error('An answer that was read before cannot be read.');
    return outcome.value.items;
  }
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
