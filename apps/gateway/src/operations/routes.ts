import type { FastifyInstance } from 'fastify';
import { mount, mountWrite } from '../http/route.ts';
import type { WriteKinds } from '../ledger/kind.ts';
import type { Services } from '../services.ts';
import { readOperation, readOperations } from './read-operations.ts';
import { resolveOperation } from './resolve-operation.ts';

export function operationRoutes(app: FastifyInstance, services: Services, kinds: WriteKinds): void {
  mount(app, 'listOperations', ({ caller, query }) => readOperations(services, caller, query));
  mount(app, 'getOperation', ({ caller, params }) => readOperation(services, caller, params.id));
  mountWrite(app, 'resolveOperation', ({ write, params, body }) =>
    resolveOperation(services, kinds, write, params.id, body),
  );
}
