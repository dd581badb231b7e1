import { onlyOwn } from '@card-gateway/adapter-kit';
import type { SentOrder, Reconciliation } from '@card-gateway/core';
import type { z } from 'zod';
import type { Ask } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { aroundSending } from './window.ts';
import { listOf } from './wire.ts';

/** A list that can be filtered by our number. */
export interface NumberedList<Row extends z.ZodType, Value> {
  readonly path: string;
  /** The wire name of our number, in the filter and in the rows. */
  readonly number: keyof z.output<Row> & string;
  readonly row: Row;
  readonly value: (row: z.output<Row>) => Value;
}

/**
 * Reconciles a lost answer by our own number, with the list filtered by it in a window around the sending (keysecure.md §8).
 * The order is not resent.
 */
export function reconciledByNumber<Row extends z.ZodType, Value>(
  ask: Ask,
  settings: KeySecureSettings,
  list: NumberedList<Row, Value>,
): Reconciliation<SentOrder, Value> {
  const data = listOf(list.row);
  return {
    by: 'look-up',
    find: async (order, call) =>
      await ask(
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
          data,
          interpret: (answer, evidence) =>
            onlyOwn(answer.list, (row) => row[list.number] === order.reference, list.value, evidence),
        },
        call,
      ),
  };
}
