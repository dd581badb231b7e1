import { toPublicId } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { type AuditAction, entryOf, recordAudit, withAudit } from '../audit/store.ts';
import type { Caller } from '../caller.ts';
import type { Services } from '../services.ts';
import type { Work } from '../work.ts';

/** A request that changes a destination, or posts to it. */
export interface Request {
  readonly caller: Caller;
  readonly requestId: string;
  readonly work: Work;
}

/** What is done to a destination, or to an event of it. */
interface Act {
  readonly action: Extract<AuditAction, `destination.${string}` | 'event.resend'>;
  /** Public id. */
  readonly resource: string;
  /** What of it, without the path of its URL, which may have a secret. */
  readonly purpose: string | null;
}

export function actOn(action: Act['action'], destinationId: string, purpose: string | null = null): Act {
  return { action, resource: toPublicId('destination', destinationId), purpose };
}

/** Does what the audit log then says in one transaction with it. @param change throws where it changes nothing */
export function auditedChange<T>(
  services: Services,
  request: Request,
  act: Act,
  change: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return services.keys.inTurn(request.work, request.caller.keyId, () =>
    withAudit(services.pool, entryOf(request, services.now(), act), change),
  );
}

/** Records what is about to be posted. */
export function auditPost(services: Services, request: Request, act: Act): Promise<void> {
  return services.keys.inTurn(request.work, request.caller.keyId, () =>
    recordAudit(services.pool, entryOf(request, services.now(), act)),
  );
}
