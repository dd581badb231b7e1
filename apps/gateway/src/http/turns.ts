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
 * Lets few pages of our records be read at once: of each API key in order of arrival, and the keys in turn, so that one that asks
 * for many does not keep others waiting. Each page takes some 400 kB for a moment, which costs little to free only while it is
 * young.
 */
export function takeTurns(app: FastifyInstance): void {
  app.decorate('turns', new Turns());
  app.decorateRequest('turn', null);
}

/** The requests of an API key that wait. */
interface Waiting {
  readonly key: string;
  readonly begins: (() => void)[];
}

/**
 * Requests wait in a hook, by callback: a promise made before the wait would be old by the time it resolves to a page, and would
 * keep the page until a full collection.
 */
class Turns {
  #underWay = 0;
  /** The key that begins next is first. Not a `Map`, for the reason of `Line`: it would keep what has passed through it. */
  readonly #waiting: Waiting[] = [];

  /** The hook. What asks a provider first has no turn, because it takes long. */
  readonly take = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if ((request.query as { readonly refresh?: boolean }).refresh === true) {
      done();
      return;
    }
    this.#wait(request.caller?.keyId ?? '', () => {
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

  #wait(key: string, begin: () => void): void {
    const own = this.#waiting.find((one) => one.key === key);
    if (own === undefined) this.#waiting.push({ key, begins: [begin] });
    else own.begins.push(begin);
  }

  #beginNext(): void {
    while (this.#underWay < mostAtOnce) {
      const first = this.#waiting.shift();
      const begin = first?.begins.shift();
      if (first === undefined || begin === undefined) return;
      if (first.begins.length > 0) this.#waiting.push(first);
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
