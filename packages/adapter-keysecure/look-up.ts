import type { Rows } from '@card-gateway/adapter-kit';
import {
  done,
  type Evidence,
  type Finding,
  type Outcome,
  type SentOrder,
  type Settlement,
  unknown,
} from '@card-gateway/core';
import type { z } from 'zod';
import type { KeySecureClient } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { aroundSending } from './window.ts';
import { listOf } from './wire.ts';

/** A list that can be filtered by a number of ours. */
export interface NumberedList<Row extends z.ZodType, Value> {
  readonly path: string;
  /** The wire name of our number, in the filter and in the rows. */
  readonly number: keyof z.output<Row> & string;
  readonly row: Row;
  readonly value: (row: z.output<Row>) => Value;
}

/**
 * Settles a lost answer by our own number: the list is asked for it in a window around the sending
 * (keysecure.md §8). The order is not sent again.
 */
export function settledByNumber<Row extends z.ZodType, Value>(
  client: KeySecureClient,
  settings: KeySecureSettings,
  list: NumberedList<Row, Value>,
): Settlement<SentOrder, Value> {
  return {
    by: 'look-up',
    find: async (order, call) =>
      await client.call(
        {
          method: 'POST',
          path: list.path,
          effect: 'read',
          body: {
            [list.number]: order.reference,
            ...aroundSending(order.sentAt, settings.timeZone),
            page: 0,
            size: settings.pageSize,
          },
          data: listOf(list.row),
          judge: (data, evidence) => onlyOwn(data.list, order.reference, list, evidence),
        },
        call,
      ),
  };
}

/**
 * Picks our row out of a list that was filtered by our number. No row at all is "not found". Rows without ours mean that
 * ours could not be read or the filter did not work, and more than one of ours that the provider took the order twice: neither settles anything,
 * least of all as "not found".
 */
function onlyOwn<Row extends z.ZodType, Value>(
  { read, unreadable }: Rows<z.output<Row>>,
  reference: string,
  list: NumberedList<Row, Value>,
  evidence: Evidence,
): Outcome<Finding<Value>> {
  if (read.length + unreadable === 0) return done({ found: false }, evidence);
  const [own, ...more] = read.filter((row) => row[list.number] === reference);
  if (own === undefined || more.length > 0) return unknown('unreadable_answer', evidence);
  return done({ found: true, value: list.value(own) }, evidence);
}
