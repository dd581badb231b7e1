import type { FastifyInstance } from 'fastify';
import { mount } from '../http/route.ts';
import type { Services } from '../services.ts';
import { readWalletTransaction } from './read-wallet-transaction.ts';

export function walletRoutes(app: FastifyInstance, services: Services): void {
  mount(app, 'getWalletTransaction', ({ caller, query, work }) => readWalletTransaction(services, caller, query, work));
}
