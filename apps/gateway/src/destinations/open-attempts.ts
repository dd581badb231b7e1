/** Attempts that are under way at one destination at the same time, not counting those that hang. */
const attemptsAtOnce = 32;
/** Of these, so many may be of events that were tried before: what hangs once is likely to hang again. */
const mostAgain = attemptsAtOnce / 2;
/** Of those that hang, so many make way for others. */
const mostHanging = 160;
/** The most connections to one destination. */
export const connectionsPerDestination = attemptsAtOnce + mostHanging;
/** An attempt that takes longer hangs. */
const hangsAfterMs = 1000;

/**
 * The attempts that are under way at one destination. While it answers others, one that hangs makes way: otherwise the few that
 * hang until their time-out would soon be all.
 */
export class OpenAttempts {
  readonly #open = new Set<Promise<void>>();
  readonly #onRoom: () => void;
  #hanging = 0;
  #again = 0;
  #deliveredAt = -Infinity;

  /** @param onRoom called when another one may begin */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  get hasRoom(): boolean {
    const answersOthers = performance.now() - this.#deliveredAt < hangsAfterMs;
    return this.#open.size - (answersOthers ? Math.min(this.#hanging, mostHanging) : 0) < attemptsAtOnce;
  }

  /** Whether there is room for an event that was tried before. */
  get hasRoomAgain(): boolean {
    return this.hasRoom && this.#again < mostAgain;
  }

  /** One was answered with success. */
  delivered(): void {
    this.#deliveredAt = performance.now();
  }

  /** @param attempt never rejects. @param isAgain whether its event was tried before */
  add(attempt: Promise<void>, isAgain: boolean): void {
    this.#open.add(attempt);
    if (isAgain) this.#again += 1;
    let isHanging = false;
    const timer = setTimeout(() => {
      isHanging = true;
      this.#hanging += 1;
      this.#onRoom();
    }, hangsAfterMs);
    void attempt.finally(() => {
      clearTimeout(timer);
      if (isHanging) this.#hanging -= 1;
      if (isAgain) this.#again -= 1;
      this.#open.delete(attempt);
      this.#onRoom();
    });
  }
}
