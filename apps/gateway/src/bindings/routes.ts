import type { FastifyInstance } from 'fastify';
import { auditDenials } from '../audit/audit-denial.ts';
import { mount, mountWrite } from '../http/route.ts';
import type { Services } from '../services.ts';
import { checkBinding, listBanks, lookUpIssuer } from './ask.ts';
import { readBinding, readBindings } from './read-bindings.ts';
import { removeBinding } from './remove-binding.ts';
import { revealBinding } from './reveal-binding.ts';
import { startBinding } from './start-binding.ts';
import { verifyBinding } from './verify-binding.ts';

export function bindingRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'startBinding', ({ write, body }) => startBinding(services, write, body));
  mountWrite(app, 'verifyBinding', ({ write, params, body }) => verifyBinding(services, write, params.id, body));
  mountWrite(app, 'removeBinding', ({ write, params }) => removeBinding(services, write, params.id));
  mount(
    app,
    'revealBinding',
    ({ params, body, ...call }) => revealBinding(services, { ...call, id: params.id, purpose: body.purpose }),
    auditDenials(services, 'binding.reveal'),
  );
  mount(app, 'listBindings', ({ caller, query, work }) => readBindings(services, caller, query, work));
  mount(app, 'getBinding', ({ caller, params }) => readBinding(services, caller, params.id));
  mount(app, 'checkBinding', (call) => checkBinding(services, call));
  mount(app, 'listBanks', ({ caller, query, work }) => listBanks(services, caller, query, work));
  mount(app, 'lookUpIssuer', (call) => lookUpIssuer(services, call));
}
