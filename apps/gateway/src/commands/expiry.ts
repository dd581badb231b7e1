import { isInstant } from '@card-gateway/contract';
import { UsageError } from './usage.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationShape = /^([1-9]\d{0,5})([mhd])$/;
const dateShape = /^\d{4}-\d\d-\d\d$/;
const withoutSeconds = /(T\d\d:\d\d)(?=Z|[+-])/i;

/**
 * When a key expires: after a duration (`90d`, `12h`, `30m`) or at an RFC 3339 instant; a date means its start in UTC. Null
 * without one.
 *
 * @throws UsageError if it is neither, or in the past
 */
export function expiryOf(text: string | undefined, now: number): Date | null {
  if (text === undefined) return null;
  const at = momentOf('--expires', text, (durationMs) => now + durationMs);
  if (at.getTime() <= now) throw new UsageError(`--expires: expected a time to come; ${at.toISOString()} is over.`);
  return at;
}

/** The moment before now by a duration (`2h`), or at an instant. @throws UsageError if it is neither */
export function pastOf(option: string, text: string, now: number): Date {
  return momentOf(option, text, (durationMs) => now - durationMs);
}

function momentOf(option: string, text: string, after: (durationMs: number) => number): Date {
  const [, count, unit] = durationShape.exec(text) ?? [];
  if (unit !== undefined) return new Date(after(Number(count) * unitMs[unit as keyof typeof unitMs]));
  const instant = dateShape.test(text) ? `${text}T00:00:00Z` : text.replace(withoutSeconds, '$1:00');
  if (isInstant(instant)) return new Date(instant);
  throw new UsageError(
    `${option}: expected a duration (90d, 12h, 30m), a date (2027-01-31) or an instant (2027-01-31T12:00:00Z).`,
  );
}
