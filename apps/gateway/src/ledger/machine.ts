import type { OperationState, SettledBy, SettlesBy, UnknownReason } from '@card-gateway/core';

/**
 * The life of a write as far as settling goes: all that is decided about it is decided from this and an event. Times are
 * handed in, nothing is read from outside.
 */
export interface Standing {
  readonly state: OperationState;
  /** The number of who works on it. A new owner takes the next one, and what an owner of before tells is not heard. */
  readonly fence: number;
  /** Until when its owner, the sender or a look-up, has the work for itself; null while nobody has. */
  readonly leaseUntil: Date | null;
  readonly settlesBy: SettlesBy | null;
  readonly unknownBecause: UnknownReason | null;
  readonly unknownSince: Date | null;
  /** Where its look-ups are in their schedule. */
  readonly lookUps: number;
  readonly nextLookUpAt: Date | null;
  /** Since when its look-ups have had no answer that says anything; null while they have. */
  readonly silentSince: Date | null;
  /** Milliseconds of silence before that: they do not use up its time. */
  readonly silentMs: number;
  readonly settledBy: SettledBy | null;
  readonly settledAt: Date | null;
  /** The later write that succeeded, where this one was still unknown. */
  readonly supersededBy: string | null;
}

/** What can happen to a write once it is recorded. */
export type Happening =
  /** The provider said what became of it, by whatever way and however late. Evidence needs no lease. */
  | { readonly kind: 'shown'; readonly outcome: 'done' | 'refused'; readonly by: Exclude<SettledBy, 'person'> }
  /** Its owner tells that the answer is lost. */
  | { readonly kind: 'lost'; readonly why: UnknownReason; readonly fence: number }
  /** Somebody finds that its sender's lease has run out. */
  | { readonly kind: 'abandoned' }
  /** Somebody wants to look it up. */
  | { readonly kind: 'taken'; readonly leaseMs: number }
  /** Its owner tells that a look-up settled nothing. */
  | { readonly kind: 'looked-up'; readonly showed: Showed; readonly fence: number }
  /** Another write's look-up was answered after silence: the provider is back. */
  | { readonly kind: 'woken' }
  /** A later write of the same thing, `by`, succeeded: what the provider shows from now on speaks of that one. */
  | { readonly kind: 'superseded'; readonly by: string }
  /** A person found out what became of it. */
  | { readonly kind: 'resolved'; readonly outcome: 'done' | 'refused' };

/**
 * `absent`: the provider does not show it (yet). `silence`: no answer, or one that says nothing. `contradiction`: what it
 * shows is another resource's. `nothing`: there is nothing to ask it by. `unreadable`: an answer of the provider's own that
 * cannot be read, or says nothing of the write.
 */
export type Showed = 'absent' | 'silence' | 'unreadable' | 'contradiction' | 'nothing';

const steps = [2000, 5000, 15_000, 30_000, 60_000] as const;
const slowestMs = 15 * 60_000;
const slowestWhileSilentMs = 30_000;
/** So long is asked for what the provider answers not to have; then a person must find out. */
export const askedForMs = 72 * 3_600_000;

/** How long to wait after the n-th look-up: 2, 5, 15, 30, 60 s, then doubling to 15 min. */
export function lookUpDelayMs(lookUps: number): number {
  const doublings = Math.min(lookUps - steps.length + 1, 10);
  return steps[lookUps] ?? Math.min(60_000 * 2 ** doublings, slowestMs);
}

/**
 * What a write is after an event, or null when the event changes nothing. A closed write never changes, nothing is ever
 * `submitting` again, and only what a provider said or a person closes one. Of a superseded one only the answer to its own
 * call can still tell what became of it.
 */
export function next(standing: Standing, event: Happening, at: Date): Standing | null {
  if (standing.state === 'succeeded' || standing.state === 'refused') return null;
  if (standing.state === 'superseded' && !(event.kind === 'shown' && event.by === 'answer')) return null;
  const isSubmitting = standing.state === 'submitting';
  switch (event.kind) {
    case 'shown':
      return closed(standing, event.outcome, event.by, at);
    case 'resolved':
      return isSubmitting ? null : closed(standing, event.outcome, 'person', at);
    case 'superseded':
      return standing.state === 'unknown' ? superseded(standing, event.by) : null;
    case 'lost':
      return isSubmitting && event.fence === standing.fence ? unknown(standing, event.why, at) : null;
    case 'abandoned':
      if (!isSubmitting || isHeld(standing, at)) return null;
      return { ...unknown(standing, 'no_answer', at), fence: standing.fence + 1 };
    case 'taken':
      if (!isWaiting(standing) || isHeld(standing, at)) return null;
      return { ...standing, fence: standing.fence + 1, leaseUntil: later(at, event.leaseMs) };
    case 'looked-up':
      return isWaiting(standing) && event.fence === standing.fence ? lookedUp(standing, event.showed, at) : null;
    case 'woken':
      if (!isWaiting(standing) || isHeld(standing, at) || isDue(standing, at)) return null;
      return { ...heard(standing, at), lookUps: 0, nextLookUpAt: at };
  }
}

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const isHeld = ({ leaseUntil }: Standing, at: Date): boolean => leaseUntil !== null && leaseUntil > at;
const isDue = ({ nextLookUpAt }: Standing, at: Date): boolean => nextLookUpAt !== null && nextLookUpAt <= at;
const isWaiting = ({ state, settlesBy }: Standing): boolean => state === 'unknown' && settlesBy === 'look-up';

function closed(standing: Standing, outcome: 'done' | 'refused', by: SettledBy, at: Date): Standing {
  return {
    ...standing,
    state: outcome === 'done' ? 'succeeded' : 'refused',
    settledBy: by,
    settledAt: at,
    leaseUntil: null,
    nextLookUpAt: null,
    silentSince: null,
  };
}

function superseded(standing: Standing, supersededBy: string): Standing {
  return { ...standing, state: 'superseded', supersededBy, leaseUntil: null, nextLookUpAt: null, silentSince: null };
}

function unknown(standing: Standing, why: UnknownReason, at: Date): Standing {
  return {
    ...standing,
    state: 'unknown',
    unknownBecause: why,
    unknownSince: at,
    leaseUntil: null,
    nextLookUpAt: standing.settlesBy === 'look-up' ? later(at, lookUpDelayMs(0)) : null,
  };
}

function lookedUp(standing: Standing, showed: Showed, at: Date): Standing {
  const lookUps = standing.lookUps + 1;
  switch (showed) {
    case 'silence': {
      const delayMs = Math.min(lookUpDelayMs(lookUps), slowestWhileSilentMs);
      const silentSince = standing.silentSince ?? at;
      return { ...standing, leaseUntil: null, lookUps, silentSince, nextLookUpAt: later(at, delayMs) };
    }
    case 'absent': {
      const answered = heard({ ...standing, leaseUntil: null }, at);
      if (isAskedLongEnough(answered, at)) return leftToPerson(answered, lookUps);
      // A provider that is just back may still have to catch up: it is asked often again.
      const place = standing.silentSince === null ? lookUps : 1;
      return { ...answered, lookUps: place, nextLookUpAt: later(at, lookUpDelayMs(place)) };
    }
    case 'unreadable': {
      const answered = heard({ ...standing, leaseUntil: null }, at);
      if (isAskedLongEnough(answered, at)) return leftToPerson(answered, lookUps);
      const delayMs = Math.min(lookUpDelayMs(lookUps), slowestWhileSilentMs);
      return { ...answered, lookUps, nextLookUpAt: later(at, delayMs) };
    }
    case 'contradiction':
    case 'nothing':
      return leftToPerson(heard({ ...standing, leaseUntil: null }, at), lookUps);
  }
}

/** Silence, however long, uses up none of the time. */
function isAskedLongEnough({ unknownSince, silentMs }: Standing, at: Date): boolean {
  return at.getTime() - (unknownSince ?? at).getTime() - silentMs >= askedForMs;
}

function heard(standing: Standing, at: Date): Standing {
  if (standing.silentSince === null) return standing;
  const silentMs = standing.silentMs + Math.max(0, at.getTime() - standing.silentSince.getTime());
  return { ...standing, silentSince: null, silentMs };
}

function leftToPerson(standing: Standing, lookUps: number): Standing {
  return { ...standing, lookUps, settlesBy: 'person', nextLookUpAt: null };
}
