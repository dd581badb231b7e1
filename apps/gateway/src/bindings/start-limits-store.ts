import type { PoolClient } from 'pg';
import type { GuessLimit } from '../guesses/store.ts';
import type { NewOperation } from '../ledger/new-operation.ts';

export interface NewBinding {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly userRef: string;
  readonly maskedNumber: string;
  readonly bin: string;
  readonly last4: string;
  /** Under every fingerprint key, newest first. */
  readonly panFingerprints: readonly string[];
  readonly phoneFingerprints: readonly string[];
}

export interface StartLimits {
  readonly resendAfterMs: number;
  readonly smsPerHour: number;
  readonly smsPerDay: number;
  /** Card numbers named for the user. */
  readonly cardNumbers: GuessLimit;
}

/** A limit that is reached, and the milliseconds until it no longer is. */
interface Reached<Limit> {
  readonly because: Limit;
  readonly until: Date;
  readonly waitMs: number;
}

/** Why a start may not be sent: no SMS may, a code for the card is being checked, or too many numbers were named. */
export type StartRefusal =
  | Reached<'too-soon' | 'phone-hour' | 'phone-day' | 'card-numbers'>
  | { readonly because: 'verifying' };

/** A start to be recorded with its binding. */
export interface Start {
  readonly operation: NewOperation;
  readonly binding: NewBinding;
  readonly limits: StartLimits;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The columns of `asked` that {@link ownOf} fills. */
export const startColumns = `user_ref text, masked_number text, bin text, last4 text, pan_fingerprints text[],
  phone_fingerprints text[], sms_at timestamptz, resend_after timestamptz, an_hour_before timestamptz,
  a_day_before timestamptz, per_hour integer, per_day integer, subject text, numbers integer, numbers_since timestamptz`;

export function ownOf({ binding, limits }: Start, smsAt: Date): Readonly<Record<string, unknown>> {
  const { userRef, maskedNumber, bin, last4, panFingerprints, phoneFingerprints } = binding;
  const { resendAfterMs, smsPerHour, smsPerDay, cardNumbers } = limits;
  const before = (ms: number): Date => new Date(smsAt.getTime() - ms);
  return {
    user_ref: userRef,
    masked_number: maskedNumber,
    bin,
    last4,
    pan_fingerprints: panFingerprints,
    phone_fingerprints: phoneFingerprints,
    sms_at: smsAt,
    resend_after: before(-resendAfterMs),
    an_hour_before: before(hourMs),
    a_day_before: before(dayMs),
    per_hour: smsPerHour,
    per_day: smsPerDay,
    subject: cardNumbers.subject,
    numbers: cardNumbers.most,
    numbers_since: before(cardNumbers.withinMs),
  };
}

/** The bindings `b` of a start's card. */
export const ofCard = `b.account = asked.account AND b.user_ref = asked.user_ref AND b.pan_fingerprint = ANY (asked.pan_fingerprints)`;
export const isOpen = `b.status IN ('starting', 'awaiting_code')`;

/**
 * The time of the SMS that fills a limit, if it is recent enough to count: of the tenant's own, or another would learn who got SMS
 * when, and could keep users of others from getting any. Those of each fingerprint are looked for one by one,
 * and the tenant is no condition of an index: without statistics the planner would read all bindings for several, or of the tenant.
 */
const sms = (since: string, most: string): string => `(
  SELECT b.sms_at FROM unnest(asked.phone_fingerprints) AS phone, LATERAL (
    SELECT sms_at FROM bindings
    WHERE phone_fingerprint = phone AND sms_at > asked.${since} AND tenant IS NOT DISTINCT FROM asked.tenant
    ORDER BY sms_at DESC LIMIT asked.${most}) b
  ORDER BY b.sms_at DESC OFFSET asked.${most} - 1 LIMIT 1)`;

/** What counts for the limits on a row of `asked`. */
export const counted = `
  LATERAL (
    SELECT coalesce(bool_or(b.status = 'verifying'), false) AS verifying, max(b.resend_after) AS until,
      coalesce(bool_or(${isOpen}), false) AS is_open
    FROM bindings b WHERE ${ofCard}
  ) card, LATERAL (
    SELECT ${sms('an_hour_before', 'per_hour')} AS in_hour, ${sms('a_day_before', 'per_day')} AS in_day, (
      SELECT made_at FROM guesses g WHERE g.subject = asked.subject AND g.made_at > asked.numbers_since
      ORDER BY made_at DESC OFFSET asked.numbers - 1 LIMIT 1) AS number_at
  ) latest`;

interface Counted {
  readonly id: string;
  readonly verifying: boolean;
  readonly until: Date | null;
  readonly inHour: Date | null;
  readonly inDay: Date | null;
  readonly numberAt: Date | null;
}

/** Why starts were not recorded, as far as the limits are the reason. */
export async function refusalsOf(
  client: PoolClient,
  starts: readonly Start[],
  smsAt: Date,
): Promise<ReadonlyMap<string, StartRefusal>> {
  if (starts.length === 0) return new Map();
  const { rows } = await client.query<Counted>({
    name: 'binding-start-refused',
    text: `SELECT asked.id, card.verifying, card.until, latest.in_hour AS "inHour", latest.in_day AS "inDay",
        latest.number_at AS "numberAt"
      FROM json_to_recordset($1) AS asked (id uuid, tenant text, account text, ${startColumns}), ${counted}`,
    values: [
      JSON.stringify(
        starts.map((start) => {
          const { id, tenant, account } = start.operation;
          return { id, tenant, account, ...ownOf(start, smsAt) };
        }),
      ),
    ],
  });
  const limitsOf = new Map(starts.map(({ operation, limits }) => [operation.id, limits]));
  return new Map(
    rows.flatMap((row) => {
      const limits = limitsOf.get(row.id);
      const refusal = limits === undefined ? null : refusalOf(row, limits, smsAt);
      return refusal === null ? [] : [[row.id, refusal] as const];
    }),
  );
}

function refusalOf(
  { verifying, until, inHour, inDay, numberAt }: Counted,
  limits: StartLimits,
  now: Date,
): StartRefusal | null {
  const reached = <Limit>(because: Limit, since: Date, withinMs: number): Reached<Limit> => {
    const nextAt = new Date(since.getTime() + withinMs);
    return { because, until: nextAt, waitMs: nextAt.getTime() - now.getTime() };
  };
  if (verifying) return { because: 'verifying' };
  if (until !== null && until > now) return reached('too-soon', until, 0);
  if (inDay !== null) return reached('phone-day', inDay, dayMs);
  if (inHour !== null) return reached('phone-hour', inHour, hourMs);
  if (numberAt !== null) return reached('card-numbers', numberAt, limits.cardNumbers.withinMs);
  return null;
}
