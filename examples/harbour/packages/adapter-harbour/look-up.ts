import type { Reconciliation, SentOrder } from '@card-gateway/core';
import type { z } from 'zod';
import { onlyOwn, type Rows } from '@card-gateway/adapter-kit';
import type { Ask } from './client.ts';

/** Reconciles a lost answer by our reference, by which Harbour filters its lists (harbour.md §1.4). */
export function reconciledByReference<Row extends { readonly reference?: string | null | undefined }, Value>(
  ask: Ask,
  list: {
    readonly operation: string;
    readonly path: string;
    readonly data: z.ZodType<{ readonly data: Rows<Row> }>;
    readonly value: (row: Row) => Value;
  },
): Reconciliation<SentOrder, Value> {
  return {
    by: 'look-up',
    find: ({ reference }, call) =>
      ask(
        {
          operation: list.operation,
          method: 'GET',
          path: `${list.path}?reference=${encodeURIComponent(reference)}`,
          data: list.data,
          interpret: ({ data }, evidence) => onlyOwn(data, (row) => row.reference === reference, list.value, evidence),
        },
        call,
      ),
  };
}
