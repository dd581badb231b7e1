import type { FastifyInstance } from 'fastify';
import { mount, mountWrite } from '../http/route.ts';
import type { Services } from '../services.ts';
import { createCardholder } from './create-cardholder.ts';
import { reapplyCardholder } from './reapply-cardholder.ts';
import { readCardholder, readCardholders } from './read-cardholders.ts';

export function cardholderRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'createCardholder', ({ write, body }) => createCardholder(services, write, body));
  mountWrite(app, 'reapplyCardholder', ({ write, params, body }) =>
    reapplyCardholder(services, write, params.id, body),
  );
  mount(app, 'listCardholders', ({ caller, query }) => readCardholders(services, caller, query));
  mount(app, 'getCardholder', ({ caller, params, query, work }) =>
    readCardholder(services, caller, params.id, { refresh: query.refresh === true, work }),
  );
}
