import { isDeepStrictEqual } from 'node:util';
import type {
  createDestinationSchema,
  destinationWithSecretSchema,
  updateDestinationSchema,
} from '@card-gateway/contract';
import { newUuid, toPublicId } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { z } from 'zod';
import type { Caller } from '../caller.ts';
import { takenKeyOf } from '../database-failure.ts';
import { requireSeenTypes } from '../events/unseen-types.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { actOn, auditedChange, type Request } from './audit.ts';
import { changed, ownDestination, scopesOfNew } from './owner.ts';
import { firstSecret, nextSecret } from './secrets.ts';
import * as store from './store.ts';
import { type DestinationView, destinationView } from './view.ts';

type WithSecret = z.output<typeof destinationWithSecretSchema>;

/** Each has open connections and its own reading of the log. */
const mostPerTenant = 50;

/** Creates a destination for what the caller may read. @throws ProblemError 400, 403 for types, 404 for the account, 409 */
export async function createDestination(
  services: Services,
  request: Request,
  order: z.output<typeof createDestinationSchema>,
): Promise<WithSecret> {
  const { caller } = request;
  if (order.account !== undefined) services.accounts.ofCaller(caller, order.account, '/account');
  const url = allowedUrl(services, order.url);
  requireSeenTypes(caller, order.types ?? [], typeAt);
  const id = newUuid(services.now());
  const { secret, sealed } = firstSecret(services.sealing, id);
  const destination = {
    id,
    tenant: caller.tenant,
    url,
    types: order.types ?? ['*'],
    account: order.account ?? null,
    description: order.description ?? null,
    scopes: scopesOfNew(caller),
    secretsSealed: sealed,
  };
  const act = actOn('destination.create', id, `at ${new URL(url).hostname}`);
  const row = await auditedChange(services, request, act, async (client) => {
    const inserted = await store.insertDestination(client, destination, mostPerTenant, new Date(services.now()));
    if (inserted === null) throw await urlTaken(client, caller, url);
    if (inserted !== 'full') return inserted;
    throw new ProblemError(
      'illegal-state',
      `This tenant has ${mostPerTenant} destinations, which is the maximum: delete one.`,
    );
  });
  return { ...destinationView(row), secret };
}

/** Replaces the given fields; where none is another, nothing is done. @throws ProblemError 400, 403, 404, 409 if another destination has this URL */
export async function updateDestination(
  services: Services,
  request: Request,
  id: string,
  order: z.output<typeof updateDestinationSchema>,
): Promise<DestinationView> {
  if (typeof order.account === 'string') services.accounts.ofCaller(request.caller, order.account, '/account');
  const row = await ownDestination(services, request.caller, id);
  const url = order.url === undefined ? undefined : allowedUrl(services, order.url);
  if (order.types !== undefined) requireSeenTypes(row, order.types, typeAt, ofCreator);
  const fields = changedFields(row, { ...order, url });
  if (fields.length === 0) return destinationView(row);
  const named = fields.map((field) => (field === 'url' ? `url at ${new URL(url ?? row.url).hostname}` : field));
  const act = actOn('destination.update', row.id, named.join(', '));
  const at = new Date(services.now());
  try {
    return await auditedChange(services, request, act, async (client) =>
      destinationView(changed(await store.updateDestination(client, row.id, { ...order, url }, at))),
    );
  } catch (error) {
    throw takenKeyOf(error) !== null && url !== undefined ? await urlTaken(services.pool, request.caller, url) : error;
  }
}

/** @throws ProblemError 403, 404 */
export async function deleteDestination(services: Services, request: Request, id: string): Promise<DestinationView> {
  const row = await ownDestination(services, request.caller, id);
  return auditedChange(services, request, actOn('destination.delete', row.id), async (client) =>
    destinationView(changed(await store.deleteDestination(client, row.id))),
  );
}

/** @throws ProblemError 403, 404 */
export async function enableDestination(services: Services, request: Request, id: string): Promise<DestinationView> {
  const row = await ownDestination(services, request.caller, id);
  return auditedChange(services, request, actOn('destination.enable', row.id), async (client) =>
    destinationView(changed(await store.enableDestination(client, row.id, new Date(services.now())))),
  );
}

/** @throws ProblemError 403, 404 */
export async function disableDestination(services: Services, request: Request, id: string): Promise<DestinationView> {
  const row = await ownDestination(services, request.caller, id);
  return auditedChange(services, request, actOn('destination.disable', row.id), async (client) =>
    destinationView(changed(await store.disableDestination(client, row.id, new Date(services.now())))),
  );
}

/** Answers a new secret; the one before signs for another day. @throws ProblemError 403, 404, 409 if another request does the same */
export async function rotateSecret(services: Services, request: Request, id: string): Promise<WithSecret> {
  const row = await ownDestination(services, request.caller, id);
  const now = services.now();
  const { secret, sealed } = nextSecret(services.sealing, row.id, row.secretsSealed, now);
  const secrets = { was: row.secretsSealed, sealed };
  return auditedChange(services, request, actOn('destination.rotate_secret', row.id), async (client) => {
    const rotated = await store.replaceSecrets(client, row.id, secrets, new Date(now));
    if (rotated !== null) return { ...destinationView(rotated), secret };
    throw new ProblemError('illegal-state', 'Another request changed the secret at the same time: try again.');
  });
}

/** In its normal form, which shows what an address in disguise is. @throws ProblemError 400 */
function allowedUrl({ config }: Services, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const detail = url === null ? 'expected an https URL' : config.EVENTS_ALLOWED_HOSTS.faultOf(url);
  if (url !== null && detail === null) return url.href;
  throw invalidRequest({ pointer: '/url', detail: detail ?? 'expected an https URL' });
}

async function urlTaken(client: Pool | PoolClient, { tenant }: Caller, url: string): Promise<ProblemError> {
  const id = await store.findByUrl(client, tenant, url);
  const other = id === null ? 'another destination' : toPublicId('destination', id);
  return new ProblemError('already-exists', `${other} has this URL: change that one.`, {
    errors: [{ pointer: '/url', detail: `expected a URL that no other destination has; ${other} has it` }],
  });
}

const typeAt = (index: number): string => `/types/${index}`;

/** A destination gets what its creator could read, whoever changes it. */
const ofCreator = {
  who: 'The API key that created this destination',
  mend: ' Create another destination with a key that has the scopes.',
};

/** The names of the fields that a change gives another value. */
function changedFields(row: store.DestinationRow, order: store.ChangedFields): (keyof store.ChangedFields)[] {
  const fields = ['url', 'types', 'account', 'description'] as const;
  return fields.filter((field) => order[field] !== undefined && !isDeepStrictEqual(order[field], row[field]));
}
