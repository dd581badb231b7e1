import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends its turn, if it has one. */
    endTurn: (() => void) | null;
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
  app.decorateRequest('endTurn', null);
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
      const late = setTimeout(() => request.endTurn?.(), promptMs);
      request.endTurn = () => {
        request.endTurn = null;
        clearTimeout(late);
        this.#underWay -= 1;
        this.#beginNext();
      };
      done();
    });
    this.#beginNext();
  };

  #beginNext(): void {
    while (this.#underWay < mostAtOnce) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      begin();
    }
  }
}
