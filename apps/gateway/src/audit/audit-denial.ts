import type { ProblemCode } from '@card-gateway/contract';
import { fromPublicId } from '@card-gateway/core';
import { deniedRevealsOf } from '../guesses/limits.ts';
import { countQuestion } from '../guesses/store.ts';
import type { Caller } from '../caller.ts';
import type { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { entryOf, recordAudit } from './store.ts';
import type { RevealAction } from './audit-reveal.ts';

/** A request for a secret, as far as it could be parsed. */
interface DeniedRequest {
  readonly caller: Caller | null;
  readonly params: unknown;
  readonly body: unknown;
  readonly id: string;
  readonly ip: string;
  readonly deadline: number;
  readonly log: Record<'warn' | 'error', (fields: object, text: string) => void>;
}

/** Problems that deny a reveal: the key lacks the scope, its tenant has no such id, or it has used up its limit. */
const denials: ReadonlySet<ProblemCode> = new Set(['forbidden', 'not-found', 'reveal-limit']);

/**
 * Records denied reveals: each one in the log, with the client's address, and in the audit log at most as many per key as it
 * may reveal, so that no key can flood it. The denial is answered even if the row cannot be written.
 */
export function auditDenials(
  services: Services,
  action: RevealAction,
): (request: DeniedRequest, problem: ProblemError) => Promise<void> {
  return async (request, { code }) => {
    const { caller, params, body, id: requestId, ip, log } = request;
    if (caller === null || !denials.has(code)) return;
    const { tenant, keyId } = caller;
    log.warn({ tenant, caller: caller.caller, client: ip, why: code }, 'denied a reveal');
    const entry = entryOf({ caller, requestId }, services.now(), {
      action: `${action}_denied`,
      resource: resourceOf(action, params),
      purpose: [code, ...purposeOf(body)].join(': '),
    });
    const limit = deniedRevealsOf(services, keyId);
    const counted = services.keys.inTurn(request, keyId, () =>
      countQuestion(services.pool, [limit], (client) => recordAudit(client, entry)),
    );
    await counted.catch((error: unknown) =>
      log.error({ err: error }, 'a denied reveal could not be written to the audit log'),
    );
  };
}

/** The requested id, if it has the form of one: it is unchecked, and may contain a card number. */
function resourceOf(action: RevealAction, params: unknown): string {
  const { id } = params as { readonly id: string };
  const kind = action === 'binding.reveal' ? 'binding' : 'card';
  return fromPublicId(kind, id) === null || /\d{13}/.test(id) ? `no id of a ${kind}` : id;
}

/** The body is not parsed before authorization. */
function purposeOf(body: unknown): string[] {
  return body === undefined || body === null ? [] : [(body as { readonly purpose: string }).purpose];
}
