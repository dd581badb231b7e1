import { toPublicId } from '@card-gateway/core';
import { type AuditAction, recordAudit } from '../audit/store.ts';
import type { Caller } from '../caller.ts';
import type { Services } from '../services.ts';

/** A request that changes a destination, or posts to it. */
export interface Request {
  readonly caller: Caller;
  readonly requestId: string;
}

type DestinationAction = Extract<AuditAction, `destination.${string}`>;

/**
 * Records in the audit log what is about to be done to a destination.
 *
 * @param purpose what of it, without the path of its URL, which may have a secret
 */
export function auditChange(
  services: Services,
  request: Request,
  action: DestinationAction,
  id: string,
  purpose: string | null = null,
): Promise<void> {
  return auditAct(services, request, { action, resource: toPublicId('destination', id), purpose });
}

/** The same for what is done to an event. */
export function auditResend(
  services: Services,
  request: Request,
  eventId: string,
  destinationId: string,
): Promise<void> {
  return auditAct(services, request, {
    action: 'event.resend',
    resource: eventId,
    purpose: `to ${toPublicId('destination', destinationId)}`,
  });
}

function auditAct(
  services: Services,
  { caller, requestId }: Request,
  act: { readonly action: AuditAction; readonly resource: string; readonly purpose: string | null },
): Promise<void> {
  const at = new Date(services.now());
  const { tenant, keyId } = caller;
  return recordAudit(services.pool, { at, tenant, caller: caller.caller, keyId, requestId, ...act });
}
