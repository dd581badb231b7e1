import type { FastifyInstance } from 'fastify';
import { mount } from '../http/route.ts';
import type { Services } from '../services.ts';
import { readOperation, readOperations } from './read-operations.ts';

export function operationRoutes(app: FastifyInstance, services: Services): void {
  mount(app, 'listOperations', ({ caller, query }) => readOperations(services, caller, query));
  mount(app, 'getOperation', ({ caller, params }) => readOperation(services, caller, params.id));
}
