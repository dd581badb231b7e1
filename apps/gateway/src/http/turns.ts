import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its turn, until that ends. */
    turn: Turn | null;
  }
  interface FastifyInstance {
    turns: Turns;
  }
}

const mostAtOnce = 6;
/** A page that takes longer, e.g. because it waits for the database, no longer keeps the next ones waiting. */
const promptMs = 100;

/**
 * Lets few pages of our records be read at once, in order of arrival. Each takes some 400 kB for a moment, which costs little to
 * free only while it is young.
 */
export function takeTurns(app: FastifyInstance): void {
  app.decorate('turns', new Turns());
  app.decorateRequest('turn', null);
}

/**
 * Requests wait in a hook, by callback: a promise made before the wait would be old by the time it resolves to a page, and would
 * keep the page until a full collection.
 */
class Turns {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  /** The hook. What asks a provider first has no turn, because it takes long. */
  readonly take = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if ((request.query as { readonly refresh?: boolean }).refresh === true) {
      done();
      return;
    }
    this.#waiting.push(() => {
      // Its deadline may have passed meanwhile, or its caller may have gone: nobody would get the page.
      if (reply.sent || reply.raw.destroyed) return;
      this.#underWay += 1;
      request.turn = new Turn(this);
      done();
    });
    this.#beginNext();
  };

  /** Called by a turn that ends. */
  next(): void {
    this.#underWay -= 1;
    this.#beginNext();
  }

  #beginNext(): void {
    while (this.#underWay < mostAtOnce) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      begin();
    }
  }
}

/**
 * Not a function made for the request: V8 keeps an object whose property becomes a function that refers to it, until a full
 * collection.
 */
class Turn {
  readonly #turns: Turns;
  readonly #late: NodeJS.Timeout;
  #isOver = false;

  constructor(turns: Turns) {
    this.#turns = turns;
    this.#late = setTimeout(() => this.end(), promptMs);
  }

  /** The second time nothing happens. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#late);
    this.#turns.next();
  }
}
