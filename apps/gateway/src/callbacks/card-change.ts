import type { CardStatus, ProviderEvent } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { type Moment, momentOf } from '../provider-date.ts';

/** A change reported later than this is verified by reading the card: its date may be wrong, and one extra call costs little. */
const longestAgoMs = 24 * 3_600_000;

/**
 * Maximum uncertainty of a change's time for its date to count, and minimum age before our last description of the card for it
 * to be old, because that description's own change is known no more exactly.
 */
export const exactlyMs = 5000;

/** A card's new status, and when it changed. */
export interface DatedChange extends Moment {
  readonly providerRef: string;
  readonly status: CardStatus;
  readonly providerStatus: string;
}

/** A reported change whose time is known exactly enough to compare it with the card's last description; otherwise null. */
export function datedChange(
  account: Pick<OpenAccount, 'clock'>,
  { cardRef, status, providerStatus, at }: Extract<ProviderEvent, { kind: 'card_changed' }>,
  receivedAt: Date,
): DatedChange | null {
  const moment = at === null ? null : momentOf(account.clock, at, receivedAt, longestAgoMs);
  if (moment === null || moment.latest.getTime() - moment.earliest.getTime() > exactlyMs) return null;
  return { providerRef: cardRef, status, providerStatus, ...moment };
}
