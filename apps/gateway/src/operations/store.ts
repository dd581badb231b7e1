import { gatheredById } from '@card-gateway/database';
import type {
  BindingKind,
  OperationState,
  OperationType,
  Refusal,
  ResolvedBy,
  ResolvesBy,
  UnknownReason,
} from '@card-gateway/core';
import type { Pool } from 'pg';
import { shownInstants } from '../instants.ts';
import type { Attempt } from '../ledger/attempt-store.ts';
import { listStatement, type PageRequest } from '../page.ts';

/** An attempt as JSON, with its times as text. */
export type AttemptRow = Omit<Attempt, 'startedAt' | 'finishedAt'> & {
  readonly startedAt: string;
  readonly finishedAt: string;
};

/** An operation as it is shown, so its instants are text. */
export interface OperationDetails {
  readonly id: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly caller: string;
  readonly resourceId: string;
  readonly state: OperationState;
  readonly unknownBecause: UnknownReason | null;
  readonly unknownSince: string | null;
  readonly refusal: Refusal | null;
  readonly resolvesBy: ResolvesBy | null;
  readonly nextLookUpAt: string | null;
  readonly resolvedBy: ResolvedBy | null;
  readonly resolution: {
    readonly resolvedBy: string;
    readonly apiKey: string;
    readonly reason: string;
    readonly providerRef: string | null;
    readonly resolvedAt: string;
  } | null;
  readonly supersededBy: string | null;
  readonly createdAt: string;
  readonly resolvedAt: string | null;
  readonly attempts: readonly AttemptRow[];
}

/** An operation, and what decides who may read it. */
export interface OneOperation extends OperationDetails {
  readonly tenant: string;
  /** Of a sync. */
  readonly syncKind: 'cards' | BindingKind | null;
}

export interface OperationFilter {
  readonly tenant: string;
  readonly types: readonly OperationType[];
  /** Restricts the syncs among `types` to those of cards, or of bindings; undefined means both. */
  readonly syncsOfCards: boolean | undefined;
  readonly state?: OperationState | undefined;
  readonly resolvesBy?: ResolvesBy | undefined;
  readonly account?: string | undefined;
}

const shownColumns = `o.id, o.type, o.provider, o.account, o.caller, o.resource_id AS "resourceId", o.state,
  o.unknown_because AS "unknownBecause", o.unknown_since AS "unknownSince", o.refusal, o.settles_by AS "resolvesBy", o.next_look_up_at AS "nextLookUpAt",
  o.settled_by AS "resolvedBy", o.superseded_by AS "supersededBy", o.created_at AS "createdAt", o.settled_at AS "resolvedAt", a.attempts,
  CASE WHEN r.operation_id IS NOT NULL THEN json_build_object('resolvedBy', r.resolved_by, 'apiKey', r.api_key,
    'reason', r.reason, 'providerRef', r.provider_ref, 'resolvedAt', r.resolved_at) END AS resolution`;
const joined = (operations: string): string => `
  FROM ${operations} o
    CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object('kind', kind, 'startedAt', started_at, 'finishedAt', finished_at,
        'outcome', outcome, 'httpStatus', http_status, 'providerCode', provider_code, 'providerMessage', provider_message)
        ORDER BY number), '[]') AS attempts
      FROM operation_attempts WHERE operation_id = o.id
    ) a
    LEFT JOIN operation_resolutions r ON r.operation_id = o.id`;

const operationByIdText = `SELECT ${shownColumns}, o.tenant, s.kind AS "syncKind" ${joined('operations')}
    LEFT JOIN syncs s ON s.id = o.resource_id AND o.type = 'startSync'
  WHERE o.id = ANY ((SELECT $1::uuid[])::uuid[])`;
/** One operation with its evidence; of any tenant, so its reader must compare. */
export const getOperation = gatheredById<OneOperation>(async (to, ids) => {
  const { rows } = await to.query<OneOperation>({
    name: 'operation-get',
    text: operationByIdText,
    values: [ids],
    types: shownInstants,
  });
  return rows;
});

/** Operations as they were, from their images; see `ViewImages`. */
export async function operationsOfImages(pool: Pool, images: string): Promise<OperationDetails[]> {
  const { rows } = await pool.query<OperationDetails>({
    text: `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::operation_image, $1) WITH ORDINALITY')} ORDER BY o.ordinality`,
    values: [images],
    types: shownInstants,
  });
  return rows;
}

const newest = (where: string, limit: string): string =>
  `SELECT o.id FROM operations o ${where} ORDER BY o.tenant, o.id DESC ${limit}`;

/**
 * The newest of each type by an index that begins with it, then the newest of those: a rare type is not searched for among
 * millions of others, and no index without the type is needed.
 */
const newestOfTypes = (where: string, limit: string): string =>
  `SELECT o.id FROM unnest($1::text[]) AS listed (type) CROSS JOIN LATERAL
     (${newest(`${where} AND o.type = listed.type`, limit)}) o ORDER BY o.id DESC ${limit}`;

/**
 * The same with the syncs of cards, or of bindings, alone. The kind is part of the text, so that the planner knows how rare it
 * is and begins with the rarer side; as a condition beside the type it would read all syncs for each page.
 */
const newestWithSyncs = (where: string, limit: string, ofCards: boolean): string =>
  `SELECT o.id FROM (
     (${newestOfTypes(`${where} AND listed.type <> 'startSync'`, limit)})
     UNION ALL
     (SELECT o.id FROM operations o JOIN syncs s ON s.id = o.resource_id AND s.kind ${ofCards ? '=' : '<>'} 'cards'
      ${where} AND o.type = 'startSync' ORDER BY o.tenant, o.id DESC ${limit})
   ) o ORDER BY o.id DESC ${limit}`;

/** The end of the statement's name: each text has its own. */
const syncsNamed = (ofCards: boolean): string => `-and-syncs-of-${ofCards ? 'cards' : 'bindings'}`;

/** Operations with their evidence, newest first, one more than the page holds. */
export async function listOperations(
  pool: Pool,
  filter: OperationFilter,
  page: PageRequest,
): Promise<OperationDetails[]> {
  const { types, syncsOfCards } = filter;
  const listed = {
    owner: 'o.tenant',
    tenant: filter.tenant,
    filters: {
      'o.state =': filter.state,
      'o.settles_by =': filter.resolvesBy,
      'o.account =': filter.account,
    },
    bounds: { 'o.id <': page.after },
  };
  const { rows } = await pool.query<OperationDetails>({
    ...listStatement(
      `operation-list${syncsOfCards === undefined ? '' : syncsNamed(syncsOfCards)}`,
      listed,
      page,
      (where, limit) =>
        `SELECT ${shownColumns} ${joined(
          `(SELECT * FROM operations WHERE id IN (${
            syncsOfCards === undefined ? newestOfTypes(where, limit) : newestWithSyncs(where, limit, syncsOfCards)
          }))`,
        )}
         ORDER BY o.id DESC`,
      [types],
    ),
    types: shownInstants,
  });
  return rows;
}
