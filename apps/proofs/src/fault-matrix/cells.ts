import type { Outcome, RefusalReason, UnknownReason } from '@card-gateway/core';
import { type FaultName, faultNames } from '@card-gateway/sandbox';

/** What is done to a call: nothing, no listener, or a fault played by the sandbox. */
export type Disturbance = 'none' | 'refused_connection' | FaultName;
export const disturbances: readonly Disturbance[] = ['none', 'refused_connection', ...faultNames];

type Word = 'done' | `refused: ${RefusalReason}` | UnknownReason;
/** The adapter's outcome of a call, and the number of effects in the provider's ledger. */
export type Cell = `${Word}, ${0 | 1}`;
/** One call under every disturbance. A disturbance without a cell does not compile. */
export type Cells = Readonly<Record<Disturbance, Cell>>;

/** Common cells of all writes; each call declares its refusal itself. */
export const write = {
  none: 'done, 1',
  refused_connection: 'refused: not_sent, 0',
  hang: 'no_answer, 0',
  reset: 'no_answer, 0',
  bad_gateway: 'unreadable_answer, 0',
  work_then_hang: 'no_answer, 1',
  work_then_reset: 'no_answer, 1',
  work_then_bad_gateway: 'unreadable_answer, 1',
  truncated: 'unreadable_answer, 1',
  unlisted_code: 'unlisted_code, 1',
  drip: 'no_answer, 1',
  not_json: 'unreadable_answer, 1',
} as const satisfies Omit<Cells, 'refuse'>;

/** Common cells of all reads; they never have an effect. */
export const read = {
  none: 'done, 0',
  refused_connection: 'refused: not_sent, 0',
  hang: 'no_answer, 0',
  reset: 'no_answer, 0',
  bad_gateway: 'unreadable_answer, 0',
  work_then_hang: 'no_answer, 0',
  work_then_reset: 'no_answer, 0',
  work_then_bad_gateway: 'unreadable_answer, 0',
  truncated: 'unreadable_answer, 0',
  unlisted_code: 'unlisted_code, 0',
  drip: 'no_answer, 0',
  not_json: 'unreadable_answer, 0',
} as const satisfies Omit<Cells, 'refuse'>;

/** The cell observed in a run; shows the number of effects even if no cell can have it. */
export function cellOf(outcome: Outcome<unknown>, effects: number): string {
  return `${wordOf(outcome)}, ${effects}`;
}

function wordOf(outcome: Outcome<unknown>): Word {
  switch (outcome.kind) {
    case 'done':
      return 'done';
    case 'refused':
      return `refused: ${outcome.refusal.reason}`;
    case 'unknown':
      return outcome.why;
  }
}
