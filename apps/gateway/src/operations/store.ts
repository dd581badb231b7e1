import type { OperationState, OperationType, Refusal, SettlesBy, UnknownReason } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Attempt } from '../ledger/store.ts';
import { listStatement, type PageRequest } from '../page.ts';

/** An attempt as JSON has it: its times are texts. */
export type AttemptRow = Omit<Attempt, 'startedAt' | 'finishedAt'> & {
  readonly startedAt: string;
  readonly finishedAt: string;
};

export interface OperationDetails {
  readonly id: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly caller: string;
  readonly resourceId: string;
  readonly state: OperationState;
  readonly unknownBecause: UnknownReason | null;
  readonly refusal: Refusal | null;
  readonly settlesBy: SettlesBy | null;
  readonly nextLookUpAt: Date | null;
  readonly settledBy: 'answer' | 'look-up' | 'person' | null;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  readonly attempts: readonly AttemptRow[];
}

export interface OperationFilter {
  readonly tenant: string;
  readonly id?: string | undefined;
  readonly state?: OperationState | undefined;
  readonly type?: OperationType | undefined;
  readonly account?: string | undefined;
}

/** Operations with their evidence, newest first, one more than the page holds. */
export async function listOperations(
  pool: Pool,
  filter: OperationFilter,
  page: PageRequest,
): Promise<OperationDetails[]> {
  const conditions = {
    'o.tenant =': filter.tenant,
    'o.id =': filter.id,
    'o.state =': filter.state,
    'o.type =': filter.type,
    'o.account =': filter.account,
    'o.id <': page.after,
  };
  const { rows } = await pool.query<OperationDetails>(
    listStatement(
      'operation-list',
      conditions,
      page,
      (where, limit) => `SELECT o.id, o.type, o.provider, o.account, o.caller, o.resource_id AS "resourceId", o.state,
       o.unknown_because AS "unknownBecause", o.refusal, o.settles_by AS "settlesBy", o.next_look_up_at AS "nextLookUpAt",
       o.settled_by AS "settledBy", o.created_at AS "createdAt", o.settled_at AS "settledAt", a.attempts
     FROM (SELECT * FROM operations o ${where} ORDER BY o.id DESC ${limit}) o
     CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'startedAt', started_at, 'finishedAt', finished_at,
         'outcome', outcome, 'httpStatus', http_status, 'providerCode', provider_code, 'providerMessage', provider_message)
         ORDER BY number), '[]') AS attempts
       FROM operation_attempts WHERE operation_id = o.id
     ) a
     ORDER BY o.id DESC`,
    ),
  );
  return rows;
}
