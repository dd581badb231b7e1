import { timeLeftMs } from '@card-gateway/adapter-kit';
import { shortened } from '@card-gateway/adapter-kit/call';
import type { startBindingSchema } from '@card-gateway/contract';
import {
  type BindingFacet,
  type BindingOrder,
  done,
  newUuid,
  type Outcome,
  Pan,
  type ProviderCall,
  Secret,
  toPublicId,
} from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { cardNumbersOf, guessProblem } from '../guesses/limits.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import { writeAct } from '../ledger/write.ts';
import { requireUserIp } from '../provider-read.ts';
import { leastProviderMs } from '../setting-faults.ts';
import { resolvesBy } from './reconciliation.ts';
import { type Started, startBindingKind, startedFrom } from './start-binding-outcome.ts';
import type { StartRefusal } from './start-limits-store.ts';
import { lockStart, recordStart } from './start-store.ts';
import type { BindingRow } from './store.ts';

type Order = z.output<typeof startBindingSchema>;

/** Makes the provider send the user an SMS code, once per Idempotency-Key and within the SMS limits. */
export const startBinding = writeAct(startBindingKind, async (services, { caller }, order: Order) => {
  const account = services.accounts.ofCaller(caller, order.account);
  const facet = facetOf(account, 'binding');
  const { purpose, loanOrder } = checkPurpose(facet, order);
  const userIp = requireUserIp(facet.needsUserIp, order.userIp, '/userIp');
  const pan = parsePan(order.cardNumber);
  const phone = new Secret(order.phone);
  const id = newUuid(services.now());
  const sent = { reference: toPublicId('binding', id), user: order.user, pan, phone, purpose, loanOrder, userIp };
  const binding = {
    id,
    tenant: caller.tenant,
    provider: account.provider,
    account: account.name,
    userRef: order.user,
    maskedNumber: pan.masked,
    bin: pan.bin,
    last4: pan.last4,
    panFingerprints: services.sealing.fingerprints(pan),
    phoneFingerprints: services.sealing.fingerprints(samePhone(order.phone)),
  };
  const limits = {
    resendAfterMs: services.config.SMS_RESEND_AFTER_MS,
    smsPerHour: services.config.SMS_PER_PHONE_AND_HOUR,
    smsPerDay: services.config.SMS_PER_PHONE_AND_DAY,
    cardNumbers: cardNumbersOf(services, account.name, order.user),
  };
  let recorded: BindingRow | null = null;
  let refusal: StartRefusal | null = null;
  return {
    account,
    resourceId: id,
    resolvesBy: resolvesBy(account),
    lock: (client) => lockStart(client, { binding, limits }),
    record: async (to, operation) => {
      const start = await recordStart(to, operation, binding, limits);
      ({ refusal } = start);
      recorded = start.recorded?.binding ?? null;
      return start.recorded?.operation ?? null;
    },
    unfit: () => startProblem(refusal ?? { because: 'verifying' }),
    send: (call) => startOrCheck(facet, sent, call),
    atOnce: (outcome, { at }) => recorded && startedFrom(recorded, services, outcome, at),
  };
});

/**
 * The binding's purpose and its required fields. @throws ProblemError 400 for a purpose or field that the account does not
 * accept, or lacks
 */
function checkPurpose(
  { purposes }: BindingFacet,
  order: z.output<typeof startBindingSchema>,
): Pick<BindingOrder, 'purpose' | 'loanOrder'> {
  const { purpose = null, loanOrder = null } = order;
  const known = Object.keys(purposes);
  if (purpose === null ? known.length > 0 : !known.includes(purpose)) {
    const detail =
      known.length === 0 ? 'expected none: this account asks for no purpose' : `expected ${known.join(' or ')}`;
    throw invalidRequest({ pointer: '/purpose', detail });
  }
  const named = { loanOrder };
  const missing = (purposes[purpose ?? ''] ?? []).filter((field) => named[field] === null);
  if (missing.length > 0) {
    throw invalidRequest(
      ...missing.map((field) => ({
        pointer: `/${field}`,
        detail: `expected a value, because the purpose is ${purpose}; it is missing`,
      })),
    );
  }
  return { purpose, loanOrder };
}

const leastForCheckMs = 500;

/** The part of a start's time reserved for the check after a lost answer; 0 if there is too little for both. */
function shareForCheck(timeoutMs: number): number {
  return timeoutMs < 2 * leastForCheckMs ? 0 : Math.max(leastForCheckMs, Math.floor(timeoutMs / 4));
}

/**
 * Starts a binding. If the answer is lost, asks the provider at once whether the card needs one at all, while its number is
 * still in memory. The number is never stored, so later look-ups have only the user's list.
 */
async function startOrCheck(binding: BindingFacet, order: BindingOrder, call: ProviderCall): Promise<Outcome<Started>> {
  const keptMs = shareForCheck(timeLeftMs(call));
  const outcome = await binding.start(order, shortened(call, keptMs));
  if (outcome.kind !== 'unknown' || keptMs === 0 || timeLeftMs(call) < leastProviderMs) return outcome;
  const { user, pan, userIp } = order;
  const checked = await binding.check({ user, pan, userIp }, call);
  if (checked.kind !== 'done' || checked.value.required) return outcome;
  const message = 'the answer was lost; asked again, the provider says that the card needs no binding';
  return done({ status: 'found_not_required' }, { httpStatus: null, code: null, ...checked.evidence, message });
}

/** Parses the card number of a validated body. */
export function parsePan(text: string): Pan {
  const pan = Pan.parse(text);
  if (pan !== null) return pan;
  const detail = 'expected a card number of 12 to 21 digits';
  throw invalidRequest({ pointer: '/cardNumber', detail });
}

/** The canonical phone number for limits: the same with or without `+`, country code or leading zero. */
function samePhone(text: string): Secret {
  return new Secret(text.replaceAll(/\D/g, '').slice(-10));
}

function startProblem(refusal: StartRefusal): ProblemError {
  if (refusal.because === 'verifying') {
    return new ProblemError('illegal-state', 'A code for this card is being checked right now.', {
      retryAfterSeconds: 2,
    });
  }
  const { because, until, waitMs } = refusal;
  if (because === 'card-numbers') return guessProblem('card numbers of this user', waitMs);
  const details = {
    'too-soon': 'An SMS for this card was sent a moment ago.',
    'phone-hour': 'This phone number has had as many SMS as it may have in an hour.',
    'phone-day': 'This phone number has had as many SMS as it may have in a day.',
  };
  return new ProblemError('sms-limit', `${details[because]} Another may be sent at ${until.toISOString()}.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
