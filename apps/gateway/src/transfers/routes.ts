import type { FastifyInstance } from 'fastify';
import { mount, mountWrite } from '../http/route.ts';
import type { Services } from '../services.ts';
import { createTransfer } from './create-transfer.ts';
import { readBalances, readTransfer, readTransfers } from './read-transfers.ts';

export function transferRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'createTransfer', ({ write, body }) => createTransfer(services, write, body));
  mount(app, 'listTransfers', ({ caller, query }) => readTransfers(services, caller, query));
  mount(app, 'getTransfer', ({ caller, params }) => readTransfer(services, caller, params.id));
  mount(app, 'getBalances', ({ caller, params, work }) => readBalances(services, caller, params.id, work));
}
