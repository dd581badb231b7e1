import type { Scope } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import { type Caller, hasScope } from '../caller.ts';
import { eventNumber, eventUuid } from '../events/event-id.ts';
import { findEvent } from '../events/feed-store.ts';
import { sightOf } from '../events/sight.ts';
import { readingScopes } from '../events/unseen-types.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { findDestination, type OwnDestinationRow } from './store.ts';

/** Scopes that show events. */
const showingScopes: ReadonlySet<string> = new Set<Scope>(['admin', ...Object.values(readingScopes).flat()]);

/** What a destination may see that this caller creates. */
export function scopesOfNew({ scopes }: Caller): Scope[] {
  return scopes.filter((scope): scope is Scope => showingScopes.has(scope));
}

/** @param pointer where the id stands, if it is not in the path. @throws ProblemError 404 */
export async function destinationOf(
  services: Services,
  caller: Caller,
  id: string,
  pointer?: string,
): Promise<OwnDestinationRow> {
  const row = await findDestination(services.pool, caller.tenant, uuidOf('destination', id));
  if (row === null) throw noSuchDestination(pointer);
  return row;
}

/**
 * A destination that the caller may change. It sees what the key that created it could read; a lesser key that changed its URL
 * would get more than it may read.
 *
 * @throws ProblemError 404 or 403
 */
export async function ownDestination(
  services: Services,
  caller: Caller,
  id: string,
  pointer?: string,
): Promise<OwnDestinationRow> {
  const row = await destinationOf(services, caller, id, pointer);
  const lacking = row.scopes.filter((scope) => !hasScope(caller, [scope]));
  if (lacking.length === 0) return row;
  throw new ProblemError(
    'forbidden',
    `This destination gets what its creator may read: this API key needs ${lacking.join(', ')} too.`,
    { scopes: lacking },
  );
}

function noSuchDestination(pointer?: string): ProblemError {
  const detail = 'expected the id of a destination from GET /v1/event-destinations';
  const errors = pointer === undefined ? {} : { errors: [{ pointer, detail }] };
  return new ProblemError('not-found', 'There is no such event destination.', errors);
}

/** The row after a change. @throws ProblemError 404 if it was deleted meanwhile */
export function changed<Row>(row: Row | null): Row {
  if (row === null) throw noSuchDestination();
  return row;
}

/** The number of an event that a caller, or a destination, sees. @throws ProblemError 404 */
export async function eventNumberOf(
  { pool }: Pick<Services, 'pool'>,
  { tenant, scopes }: Pick<Caller, 'tenant' | 'scopes'>,
  id: string,
): Promise<number> {
  const uuid = uuidOf('event', id);
  const number = eventNumber(uuid);
  const row = number === null ? null : await findEvent(pool, { tenant, sees: sightOf({ scopes }) }, number);
  if (row === null || number === null || eventUuid(number, row.createdAt.getTime()) !== uuid) throw noSuchEvent();
  return number;
}

export function noSuchEvent(): ProblemError {
  return new ProblemError('not-found', 'There is no such event, or none that this API key may read.');
}
