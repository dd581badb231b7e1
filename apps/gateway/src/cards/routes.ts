import type { FastifyInstance } from 'fastify';
import { auditDenials } from '../audit/audit-denial.ts';
import { mount, mountWrite, mountWritten } from '../http/route.ts';
import type { Services } from '../services.ts';
import { activateCard, changeCard, setCardPin } from './change-card.ts';
import { issueCard } from './issue-card.ts';
import { readCard, readCards } from './read-cards.ts';
import { createFrameToken, revealCard } from './reveal-card.ts';
import { WrittenCards } from './written-cards.ts';

export function cardRoutes(app: FastifyInstance, services: Services): void {
  mountWrite(app, 'issueCard', ({ write, body }) => issueCard(services, write, body));
  const written = new WrittenCards({ pool: services.pool, now: () => performance.now() });
  mountWritten(app, 'listCards', ({ caller, query }) => readCards(services, written, caller, query));
  mountWritten(app, 'getCard', ({ caller, params, query, work }) =>
    readCard(services, written, caller, params.id, { refresh: query.refresh === true, work }),
  );
  mountWrite(app, 'activateCard', ({ write, params, body }) => activateCard(services, write, params.id, body));
  mountWrite(app, 'freezeCard', ({ write, params }) => changeCard(services, write, params.id, { kind: 'freeze' }));
  mountWrite(app, 'unfreezeCard', ({ write, params }) => changeCard(services, write, params.id, { kind: 'unfreeze' }));
  mountWrite(app, 'cancelCard', ({ write, params }) => changeCard(services, write, params.id, { kind: 'cancel' }));
  mountWrite(app, 'setCardPin', ({ write, params, body }) => setCardPin(services, write, params.id, body));
  mount(
    app,
    'revealCard',
    ({ params, body, ...call }) => revealCard(services, { ...call, id: params.id, purpose: body.purpose }),
    auditDenials(services, 'card.reveal'),
  );
  mount(
    app,
    'createFrameToken',
    ({ params, body, ...call }) => createFrameToken(services, { ...call, id: params.id, purpose: body.purpose }),
    auditDenials(services, 'card.frame_token'),
  );
}
