import type { FastifyInstance } from 'fastify';
import { mount, mountWrite } from '../http/route.ts';
import type { Services } from '../services.ts';
import { readSync, startSync } from './start-sync.ts';

export function syncRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'startSync', ({ write, body }) => startSync(services, write, body));
  mount(app, 'getSync', ({ caller, params }) => readSync(services, caller, params.id));
}
