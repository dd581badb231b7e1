import type { ServerResponse } from 'node:http';
import { type OperationId, operations } from '@card-gateway/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, requireScope } from '../caller.ts';
import type { Held, Wait, WrittenAnswer } from '../wait.ts';
import { type Call, callOf, serve } from './route.ts';

/** A call whose answer may be held back. */
export interface HeldCall<Id extends OperationId> extends Call<Id> {
  readonly accept: string;
  /** The caller, whose key may have been revoked, or changed, during the wait. @throws ProblemError 401 or 403 */
  readonly callerNow: () => Promise<Caller>;
  /** Whether it was answered late already, or its caller has gone. */
  readonly isGone: () => boolean;
}

/** Serves a read whose answer is held back until there is something to say. */
export function mountHeld<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  act: (call: HeldCall<Id>) => Promise<WrittenAnswer | Wait>,
): void {
  const held = new Map<ServerResponse, HeldRequest>();
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const one of held.values()) one.end(true);
  });

  class HeldRequest implements Held {
    readonly #request: FastifyRequest;
    readonly #reply: FastifyReply;
    readonly #wait: Wait;
    readonly #timer: NodeJS.Timeout;

    constructor(request: FastifyRequest, reply: FastifyReply, wait: Wait) {
      this.#request = request;
      this.#reply = reply;
      this.#wait = wait;
      this.#timer = setTimeout(endOf, wait.ms, reply.raw);
    }

    begin(): void {
      const { raw } = this.#reply;
      held.set(raw, this);
      raw.on('close', onClose);
      if (isClosing || raw.destroyed) this.end(true);
      else if (!this.#wait.begin(this)) this.end(false);
    }

    wake(): void {
      this.end(false);
    }

    end(isOver: boolean): void {
      if (!held.delete(this.#reply.raw)) return;
      clearTimeout(this.#timer);
      this.#reply.raw.off('close', onClose);
      void answer(this.#request, this.#reply, this.#wait.goOn(isOver));
    }
  }

  const endOf = (response: ServerResponse): void => held.get(response)?.end(true);
  function onClose(this: ServerResponse): void {
    endOf(this);
  }

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<WrittenAnswer | Wait> {
    const callerNow = async (): Promise<Caller> => {
      const caller = await app.authentication.authenticate(request);
      requireScope(caller, operations[id].scopes);
      return caller;
    };
    const isGone = (): boolean => reply.sent || reply.raw.destroyed;
    return await act({ ...callOf<Id>(request), accept: request.headers.accept ?? '', callerNow, isGone });
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    next: Promise<WrittenAnswer | Wait>,
  ): Promise<void> {
    try {
      const result = await next;
      if (!('text' in result)) {
        // It keeps no other pages waiting.
        request.turn?.end();
        new HeldRequest(request, reply, result).begin();
        return;
      }
      const { mediaType, headers, text } = result;
      if (!reply.sent) void reply.headers(headers).type(mediaType).serializer(String).send(text);
    } catch (error) {
      if (reply.sent) request.log.warn({ err: error }, 'failed after its deadline');
      else void reply.send(error);
    }
    app.running.end(request);
  }

  serve(app, id, (request, reply) => {
    app.running.begin();
    void answer(request, reply, begin(request, reply));
  });
}
