import { gathered, type GuardedQuery, inOneStatement } from '@card-gateway/database';
import type { Refusal } from '@card-gateway/core';
import type { Pool } from 'pg';
import { isDatabaseFailure } from '../database-failure.ts';
import type { Attempt, StoredAnswer } from './attempt-store.ts';

/** The SQL that a slice adds to the statement that resolves its writes. */
export interface ResolveParts {
  /**
   * Table of the resource that the answer shows. It must be as it was when the write was recorded; default none, for an answer
   * that shows no resource.
   */
  readonly shown?: 'cards' | 'cardholders' | 'transfers' | 'bindings';
  /** What else must hold, of the operation `o` and its resource `r`. */
  readonly fit?: string;
  /** The slice's own values, as columns of `moved` with their types. */
  readonly own?: string;
  /** Writes the resource, from the rows of `moved`: the slice's own values with `resource_id` and `at`. */
  readonly resource?: string;
  /** What else is written because of it, from the same rows, which have `operation_id`, too. */
  readonly also?: string;
}

/**
 * For {@link ResolveParts.fit}: no earlier write on the same resource is without an outcome, which this one would supersede. The
 * comparison is no condition for an index: without statistics the planner would read that of all ids, for each write.
 */
export const noEarlierOpen = `NOT EXISTS (SELECT FROM operations e
  WHERE e.resource_id = o.resource_id AND (e.id < o.id) IS TRUE AND e.settled_at IS NULL AND e.superseded_by IS NULL)`;

/**
 * For {@link ResolveParts.fit}: the resource was not described between being read and being recorded with the write; `seen_at`
 * is one of the slice's own values.
 */
export const describedAsSeen = 'r.synced_at IS NOT DISTINCT FROM said.seen_at';

/** What the provider answered to a write that is still being sent, and how the write is answered. */
export interface Resolution {
  readonly id: string;
  readonly refusal: Refusal | null;
  readonly answer: StoredAnswer;
  readonly attempt: Attempt;
  readonly at: Date;
  /** The slice's own values. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** Resolves a write; null if nothing was changed. */
export type Resolve = (pool: Pool, resolution: Resolution) => Promise<{ readonly id: string } | null>;

/**
 * How writes of one kind are resolved: those of one turn by one statement.
 *
 * @param name of the prepared statement
 */
export function resolving(name: string, parts: ResolveParts): Resolve {
  // Written once: the driver compares the text of a named statement with the one that it has prepared.
  const text = resolveText(parts);
  return gathered({
    askKey: ({ id }) => id,
    rowKey: ({ id }) => id,
    send: async (pool, asks) => {
      const query: GuardedQuery = { name, text, values: [JSON.stringify(asks.map(wireRow))], isCommit: true };
      const { rows } = await inOneStatement(pool as Pool, (client) => client.query<{ id: string }>(query));
      return rows;
    },
  });
}

/**
 * The statement that resolves writes by the answers to their calls, as a transaction of its own: state and stored answer,
 * evidence, and resource. It returns those that it resolved. The others are no longer being sent, or their resource has changed
 * since it was recorded with them (the same transaction wrote both, as their rows' versions tell: `xmin`), or just is being
 * changed: it waits for no other transaction.
 */
function resolveText({ shown, fit, own, resource, also }: ResolveParts): string {
  // Rows are found by their ids, one by one, whatever the planner thinks of the tables.
  return `WITH said AS (
             SELECT said.*, now.state FROM json_to_recordset($1) AS said (id uuid, refusal jsonb, answer_status smallint,
               answer json, at timestamptz, started_at timestamptz, finished_at timestamptz, outcome text,
               http_status smallint, provider_code text, provider_message text ${own === undefined ? '' : `, ${own}`}),
             LATERAL (
               SELECT o.state FROM operations o
                 ${shown === undefined ? '' : `JOIN ${shown} r ON r.id = o.resource_id AND r.xmin = o.xmin`}
               WHERE o.id = said.id ${fit === undefined ? '' : `AND ${fit}`}
               FOR UPDATE OF o${shown === undefined ? '' : ', r'} SKIP LOCKED
             ) now
           ), moved AS (
             UPDATE operations o SET state = CASE WHEN said.refusal IS NULL THEN 'succeeded' ELSE 'refused' END,
               refusal = said.refusal, settled_by = 'answer', settled_at = said.at, lease_until = NULL,
               answer_status = said.answer_status, answer = said.answer, updated_at = said.at
             FROM said WHERE o.id = said.id AND said.state = 'submitting'
             RETURNING o.id AS operation_id, o.resource_id, said.*
           ), sent AS (
             INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome, http_status,
               provider_code, provider_message)
             SELECT operation_id, 0, 'send', started_at, finished_at, outcome, http_status, provider_code, provider_message
             FROM moved ON CONFLICT DO NOTHING
           )${resource === undefined ? '' : `, applied AS (${resource})`}${also === undefined ? '' : `, written AS (${also})`}
           SELECT operation_id AS id FROM moved`;
}

function wireRow({ id, refusal, answer, attempt, at, own }: Resolution): Readonly<Record<string, unknown>> {
  return {
    id,
    refusal,
    answer_status: answer.status,
    answer: answer.body,
    at,
    started_at: attempt.startedAt,
    finished_at: attempt.finishedAt,
    outcome: attempt.outcome,
    http_status: attempt.httpStatus,
    provider_code: attempt.providerCode,
    provider_message: attempt.providerMessage,
    ...own,
  };
}

/** Resolves a write that was refused without an effect on its resource. */
export const refusedAlone: Resolve = resolving('operation-refused', {});

/** False if nothing was changed, also if the database refused a value. */
export async function isResolvedAtOnce(pool: Pool, resolve: Resolve, resolution: Resolution): Promise<boolean> {
  try {
    return (await resolve(pool, resolution)) !== null;
  } catch (error) {
    if (!(error instanceof Error) || isDatabaseFailure(error)) throw error;
    return false;
  }
}
