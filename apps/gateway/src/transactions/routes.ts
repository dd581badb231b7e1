import type { FastifyInstance } from 'fastify';
import { mount } from '../http/route.ts';
import type { Services } from '../services.ts';
import { readTransaction, readTransactions } from './read-transactions.ts';

export function transactionRoutes(app: FastifyInstance, services: Services): void {
  mount(app, 'listCardTransactions', ({ caller, params, query, work }) =>
    readTransactions(services, caller, params.id, query, work),
  );
  mount(app, 'getTransaction', ({ caller, params, query, work }) =>
    readTransaction(services, caller, params.id, { refresh: query.refresh === true, work }),
  );
}
