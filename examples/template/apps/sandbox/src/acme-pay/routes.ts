import type { FastifyInstance, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, parseObject, text, type Answer, type Wire } from '../exchange.ts';
import type { World } from './state.ts';

type Fields = Record<string, unknown>;
type Work = (request: FastifyRequest, body: Fields) => Answer;

/** The HTTP status of each refusal (acme-pay.md §1). */
const statuses: Record<string, number> = {};
const refuse = (code: string, message = code): Answer => jsonAnswer({ code, message }, statuses[code] ?? 422);
const wire: Wire = {
  provider: 'acme-pay',
  refusal: (_operation, code = Object.keys(statuses)[0] ?? '', message) => refuse(String(code), message),
  unlistedCode: 'a_new_code',
};

export function routes(app: FastifyInstance, world: World): void {
  const route = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, operation: string, work: Work) => {
    app.route({
      method,
      url: `/acme-pay${path}`,
      handler: (request, reply) => {
        const body = parseObject(request.body) ?? {};
        const reference = text(body['reference']);
        return exchange(world, wire, request, reply, { operation, reference }, () => work(request, body));
      },
    });
  };

  // Written from the documents alone: one route for each call that the adapter makes, and an effect in the ledger for each
  // write.
  route('GET', '/products', 'products', guarded(products));

  function products(): Answer {
    return jsonAnswer({ data: [] });
  }

  /** acme-pay.md §1. */
  function guarded(work: Work): Work {
    const isKnown = ({ headers }: FastifyRequest) => headers.authorization === `Bearer ${world.config.apiKey}`;
    return (request, body) => (isKnown(request) ? work(request, body) : refuse('unauthorized'));
  }
}
