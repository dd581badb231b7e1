import type { OperationState, ResolvedBy, ResolvesBy, UnknownReason } from '@card-gateway/core';

/**
 * State of a write for reconciliation. Every transition depends only on this state, an event and its time; the clock is passed
 * in.
 */
export interface WriteState {
  readonly state: OperationState;
  /** Fencing token. Each owner gets the next number; reports with an older one are ignored. */
  readonly fence: number;
  /** End of the lease that gives its owner (the sender or a look-up) exclusive work on the write; null without an owner. */
  readonly leaseUntil: Date | null;
  readonly resolvesBy: ResolvesBy | null;
  readonly unknownBecause: UnknownReason | null;
  readonly unknownSince: Date | null;
  /** Position in the look-up schedule. */
  readonly lookUps: number;
  readonly nextLookUpAt: Date | null;
  /** Start of the current run of look-ups without a meaningful answer; null while they are answered. */
  readonly silentSince: Date | null;
  /** Milliseconds of silence before that; they do not count towards {@link askedForMs}. */
  readonly silentMs: number;
  readonly resolvedBy: ResolvedBy | null;
  readonly resolvedAt: Date | null;
  /** The later write that succeeded while this one was still unknown. */
  readonly supersededBy: string | null;
}

export type WriteEvent =
  /** The provider showed the outcome, by any channel and however late. Evidence needs no lease. */
  | { readonly kind: 'evidenceSeen'; readonly outcome: 'done' | 'refused'; readonly by: Exclude<ResolvedBy, 'person'> }
  | { readonly kind: 'answerLost'; readonly why: UnknownReason; readonly fence: number }
  /** The sender's lease was found to have expired. */
  | { readonly kind: 'leaseExpired' }
  /** A worker wants to look the write up. */
  | { readonly kind: 'lookUpStarted'; readonly leaseMs: number }
  /** The owner reports a look-up that did not resolve the write. */
  | {
      readonly kind: 'lookUpFinished';
      readonly showed: Showed;
      readonly fence: number;
      /** Minimum wait that the provider asked for; it delays the next look-up by at most the slowest step of the schedule. */
      readonly waitMs?: number;
    }
  /** Another write's look-up was answered after silence: the provider has recovered. */
  | { readonly kind: 'providerRecovered' }
  /** A later write to the same target, `by`, succeeded: the provider's state reflects that one from now on. */
  | { readonly kind: 'superseded'; readonly by: string }
  /** A person determined the outcome. */
  | { readonly kind: 'resolved'; readonly outcome: 'done' | 'refused' };

/**
 * Result of a look-up that resolved nothing. `absent`: the provider does not show the write (yet). `silence`: no answer, or one
 * that says nothing. `contradiction`: the record found belongs to another resource. `nothing`: there is no way to ask.
 * `unreadable`: the provider answered, but its answer is unreadable or says nothing about the write.
 */
export type Showed = 'absent' | 'silence' | 'unreadable' | 'contradiction' | 'nothing';

const steps = [2000, 5000, 15_000, 30_000, 60_000] as const;
const slowestMs = 15 * 60_000;
const slowestWhileSilentMs = 30_000;
/** How long "not found" answers are retried before the write is left to a person. */
export const askedForMs = 72 * 3_600_000;

/** Delay after the given number of look-ups: 2, 5, 15, 30, 60 s, then doubling to 15 min. */
export function lookUpDelayMs(lookUps: number): number {
  const doublings = Math.min(lookUps - steps.length + 1, 10);
  return steps[lookUps] ?? Math.min(60_000 * 2 ** doublings, slowestMs);
}

/**
 * The state of a write after an event; null if the event changes nothing. A closed write never changes, no write becomes
 * `submitting` again, and only the provider's evidence or a person closes one. A superseded write is closed only by the answer
 * to its own call.
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
      return isWaiting(write) && event.fence === write.fence ? lookedUp(write, event, at) : null;
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

function lookedUp(
  write: WriteState,
  { showed, waitMs = 0 }: Extract<WriteEvent, { kind: 'lookUpFinished' }>,
  at: Date,
): WriteState {
  const lookUps = write.lookUps + 1;
  switch (showed) {
    case 'silence': {
      const soonestMs = Math.min(waitMs, slowestMs);
      const delayMs = Math.max(Math.min(lookUpDelayMs(lookUps), slowestWhileSilentMs), soonestMs);
      const silentSince = write.silentSince ?? at;
      return { ...write, leaseUntil: null, lookUps, silentSince, nextLookUpAt: later(at, delayMs) };
    }
    case 'absent': {
      const answered = silenceEnded({ ...write, leaseUntil: null }, at);
      if (isAskedLongEnough(answered, at)) return leftToPerson(answered, lookUps);
      // A provider that has just recovered may still be catching up, so the schedule restarts.
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

/** Silence, however long, does not count. */
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
