import type { FastifyInstance } from 'fastify';
import { mount } from '../http/route.ts';
import type { Services } from '../services.ts';
import { readProducts } from './products.ts';
import { readProviders } from './providers.ts';

export function catalogRoutes(app: FastifyInstance, services: Services): void {
  mount(app, 'listProviders', ({ caller }) => readProviders(services, caller));
  mount(app, 'listCardProducts', ({ caller, query, work }) => readProducts(services, caller, query, work));
}
