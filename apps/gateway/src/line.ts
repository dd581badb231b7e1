/** What is in a {@link Line}. */
export interface Place<T> {
  readonly value: T;
  /** Frees the place; the second time nothing happens. */
  leave(): void;
}

/**
 * Things in order of their arrival, any of which may leave. Not a `Set`: what passes through one that lives long stays in memory
 * until a full collection, because V8 lets each of its old tables refer to the next one, and does not empty them.
 */
export class Line<T> {
  #first: Link<T> | null = null;
  #last: Link<T> | null = null;

  get first(): Place<T> | null {
    return this.#first;
  }

  join(value: T): Place<T> {
    const link: Link<T> = { value, before: this.#last, behind: null, isIn: true, leave: () => this.#leave(link) };
    if (link.before === null) this.#first = link;
    else link.before.behind = link;
    this.#last = link;
    return link;
  }

  #leave(link: Link<T>): void {
    if (!link.isIn) return;
    link.isIn = false;
    if (link.before === null) this.#first = link.behind;
    else link.before.behind = link.behind;
    if (link.behind === null) this.#last = link.before;
    else link.behind.before = link.before;
    // One that has gone keeps no other.
    link.before = null;
    link.behind = null;
  }
}

interface Link<T> extends Place<T> {
  before: Link<T> | null;
  behind: Link<T> | null;
  isIn: boolean;
}
