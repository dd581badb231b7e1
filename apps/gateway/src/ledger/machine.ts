import type { OperationState, ResolvedBy, ResolvesBy, UnknownReason } from '@card-gateway/core';

/**
 * The life of a write as far as reconciling goes: all that is decided about it is decided from this and an event. Times are
 * handed in, nothing is read from outside.
 */
export interface WriteState {
  readonly state: OperationState;
  /** The number of who works on it. A new owner takes the next one, and what an owner of before tells is not heard. */
  readonly fence: number;
  /** Until when its owner, the sender or a look-up, has the work for itself; null while nobody has. */
  readonly leaseUntil: Date | null;
  readonly resolvesBy: ResolvesBy | null;
  readonly unknownBecause: UnknownReason | null;
  readonly unknownSince: Date | null;
  /** Where its look-ups are in their schedule. */
  readonly lookUps: number;
  readonly nextLookUpAt: Date | null;
  /** Since when its look-ups have had no answer that says anything; null while they have. */
  readonly silentSince: Date | null;
  /** Milliseconds of silence before that: they do not use up its time. */
  readonly silentMs: number;
  readonly resolvedBy: ResolvedBy | null;
  readonly resolvedAt: Date | null;
  /** The later write that succeeded, where this one was still unknown. */
  readonly supersededBy: string | null;
}

/** What can happen to a write once it is recorded. */
export type WriteEvent =
  /** The provider said what became of it, by whatever way and however late. Evidence needs no lease. */
  | { readonly kind: 'evidenceSeen'; readonly outcome: 'done' | 'refused'; readonly by: Exclude<ResolvedBy, 'person'> }
  /** Its owner tells that the answer is lost. */
  | { readonly kind: 'answerLost'; readonly why: UnknownReason; readonly fence: number }
  /** Somebody finds that its sender's lease has run out. */
  | { readonly kind: 'leaseExpired' }
  /** Somebody wants to look it up. */
  | { readonly kind: 'lookUpStarted'; readonly leaseMs: number }
  /** Its owner tells that a look-up resolved nothing. */
  | { readonly kind: 'lookUpFinished'; readonly showed: Showed; readonly fence: number }
  /** Another write's look-up was answered after silence: the provider is back. */
  | { readonly kind: 'providerRecovered' }
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
export function transition(write: WriteState, event: WriteEvent, at: Date): WriteState | null {
  if (write.state === 'succeeded' || write.state === 'refused') return null;
  if (write.state === 'superseded' && !(event.kind === 'evidenceSeen' && event.by === 'answer')) return null;
  const isSubmitting = write.state === 'submitting';
  switch (event.kind) {
    case 'evidenceSeen':
      return closed(write, event.outcome, event.by, at);
    case 'resolved':
      return isSubmitting ? null : closed(write, event.outcome, 'person', at);
    case 'superseded':
      return write.state === 'unknown' ? superseded(write, event.by) : null;
    case 'answerLost':
      return isSubmitting && event.fence === write.fence ? unknown(write, event.why, at) : null;
    case 'leaseExpired':
      if (!isSubmitting || isHeld(write, at)) return null;
      return { ...unknown(write, 'no_answer', at), fence: write.fence + 1 };
    case 'lookUpStarted':
      if (!isWaiting(write) || isHeld(write, at)) return null;
      return { ...write, fence: write.fence + 1, leaseUntil: later(at, event.leaseMs) };
    case 'lookUpFinished':
      return isWaiting(write) && event.fence === write.fence ? lookedUp(write, event.showed, at) : null;
    case 'providerRecovered':
      if (!isWaiting(write) || isHeld(write, at) || isDue(write, at)) return null;
      return { ...silenceEnded(write, at), lookUps: 0, nextLookUpAt: at };
  }
}

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const isHeld = ({ leaseUntil }: WriteState, at: Date): boolean => leaseUntil !== null && leaseUntil > at;
const isDue = ({ nextLookUpAt }: WriteState, at: Date): boolean => nextLookUpAt !== null && nextLookUpAt <= at;
const isWaiting = ({ state, resolvesBy }: WriteState): boolean => state === 'unknown' && resolvesBy === 'look-up';

function closed(write: WriteState, outcome: 'done' | 'refused', by: ResolvedBy, at: Date): WriteState {
  return {
    ...write,
    state: outcome === 'done' ? 'succeeded' : 'refused',
    resolvedBy: by,
    resolvedAt: at,
    leaseUntil: null,
    nextLookUpAt: null,
    silentSince: null,
  };
}

function superseded(write: WriteState, supersededBy: string): WriteState {
  return { ...write, state: 'superseded', supersededBy, leaseUntil: null, nextLookUpAt: null, silentSince: null };
}

function unknown(write: WriteState, why: UnknownReason, at: Date): WriteState {
  return {
    ...write,
    state: 'unknown',
    unknownBecause: why,
    unknownSince: at,
    leaseUntil: null,
    nextLookUpAt: write.resolvesBy === 'look-up' ? later(at, lookUpDelayMs(0)) : null,
  };
}

function lookedUp(write: WriteState, showed: Showed, at: Date): WriteState {
  const lookUps = write.lookUps + 1;
  switch (showed) {
    case 'silence': {
      const delayMs = Math.min(lookUpDelayMs(lookUps), slowestWhileSilentMs);
      const silentSince = write.silentSince ?? at;
      return { ...write, leaseUntil: null, lookUps, silentSince, nextLookUpAt: later(at, delayMs) };
    }
    case 'absent': {
      const answered = silenceEnded({ ...write, leaseUntil: null }, at);
      if (isAskedLongEnough(answered, at)) return leftToPerson(answered, lookUps);
      // A provider that is just back may still have to catch up: it is asked often again.
      const place = write.silentSince === null ? lookUps : 1;
      return { ...answered, lookUps: place, nextLookUpAt: later(at, lookUpDelayMs(place)) };
    }
    case 'unreadable': {
      const answered = silenceEnded({ ...write, leaseUntil: null }, at);
      if (isAskedLongEnough(answered, at)) return leftToPerson(answered, lookUps);
      const delayMs = Math.min(lookUpDelayMs(lookUps), slowestWhileSilentMs);
      return { ...answered, lookUps, nextLookUpAt: later(at, delayMs) };
    }
    case 'contradiction':
    case 'nothing':
      return leftToPerson(silenceEnded({ ...write, leaseUntil: null }, at), lookUps);
  }
}

/** Silence, however long, uses up none of the time. */
function isAskedLongEnough({ unknownSince, silentMs }: WriteState, at: Date): boolean {
  return at.getTime() - (unknownSince ?? at).getTime() - silentMs >= askedForMs;
}

function silenceEnded(write: WriteState, at: Date): WriteState {
  if (write.silentSince === null) return write;
  const silentMs = write.silentMs + Math.max(0, at.getTime() - write.silentSince.getTime());
  return { ...write, silentSince: null, silentMs };
}

function leftToPerson(write: WriteState, lookUps: number): WriteState {
  return { ...write, lookUps, resolvesBy: 'person', nextLookUpAt: null };
}
