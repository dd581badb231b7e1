import type { FastifyInstance } from 'fastify';
import { mount, mountWrite } from '../http/route.ts';
import type { Services } from '../services.ts';
import { issueCard } from './issue-card.ts';
import { readCard, readCards } from './read-cards.ts';

export function cardRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'issueCard', ({ write, body }) => issueCard(services, write, body));
  mount(app, 'listCards', ({ caller, query }) => readCards(services, caller, query));
  mount(app, 'getCard', ({ caller, params, query, traceparent }) =>
    readCard(services, caller, params.id, { refresh: query.refresh === true, traceparent }),
  );
}
