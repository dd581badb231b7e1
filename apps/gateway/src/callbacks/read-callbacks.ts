import type { callbackPageSchema, callbackQuerySchema, callbackSchema } from '@card-gateway/contract';
import { toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { entryOf, recordAudit } from '../audit/store.ts';
import type { Caller } from '../caller.ts';
import type { ViewImages } from '../event-views.ts';
import { ProblemError } from '../problem.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import type { Work } from '../work.ts';
import {
  type CallbackRow,
  callbacksOfImages,
  findCallback,
  listCallbacks,
  queueAgain,
  type ShownCallback,
} from './store.ts';

type Callback = z.output<typeof callbackSchema>;

/** One callback and its state. @throws ProblemError 404 */
export async function readCallback(services: Services, caller: Caller, id: string): Promise<Callback> {
  return callbackView(await callbackOf(services, caller, id));
}

export async function readCallbacks(
  services: Services,
  caller: Caller,
  query: z.output<typeof callbackQuerySchema>,
): Promise<z.output<typeof callbackPageSchema>> {
  const { account, state } = query;
  const filter = { tenant: caller.tenant, account, state: state === 'processed' ? 'worked' : state } as const;
  const rows = (page: PageRequest) => listCallbacks(services.pool, filter, page);
  return readPage(services, caller, 'callbacks', query, rows, callbackView);
}

/** Requeues a callback, and audits who requested it. @throws ProblemError 404 */
export async function replayCallback(
  services: Services,
  request: { readonly caller: Caller; readonly requestId: string; readonly work: Work },
  id: string,
): Promise<Callback> {
  const { caller, work } = request;
  const { id: uuid } = await callbackOf(services, caller, id);
  const entry = entryOf(request, services.now(), { action: 'callback.replay', resource: id, purpose: null });
  const row = await services.keys.inTurn(work, caller.keyId, () =>
    queueAgain(services.pool, uuid, (client) => recordAudit(client, entry)),
  );
  if (row === null) throw noSuchCallback();
  return callbackView(row);
}

async function callbackOf(services: Services, caller: Caller, id: string): Promise<CallbackRow> {
  const row = await findCallback(services.pool, uuidOf('callback', id));
  if (row === null || row.tenant !== caller.tenant) throw noSuchCallback();
  return row;
}

function noSuchCallback(): ProblemError {
  return new ProblemError('not-found', 'There is no such callback.');
}

export const viewCallbackImages: ViewImages = async (pool, images) =>
  (await callbacksOfImages(pool, images)).map(callbackView);

function callbackView(row: ShownCallback): Callback {
  return {
    id: toPublicId('callback', row.id),
    provider: row.provider,
    account: row.account,
    kind: row.kind,
    state: row.state === 'worked' ? 'processed' : row.state,
    deliveries: row.deliveries,
    decision: row.decision,
    failure: row.failure,
    receivedAt: row.receivedAt.toISOString(),
    processedAt: row.processedAt?.toISOString() ?? null,
  };
}
