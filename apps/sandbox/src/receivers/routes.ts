import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listed } from '../admin-lists.ts';
import type { CommonAdmin } from '../admin.ts';
import { text } from '../exchange.ts';
import type { AdminRoute } from '../provider.ts';
import type { World } from '../world.ts';
import type { ScriptedAnswer } from './answers.ts';
import type { EventDelivery } from './log.ts';
import type { ReceiverChange } from './receivers.ts';
import { respond } from './respond.ts';

const nameSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected letters, digits, - and _');
const flag = z.stringbool().optional();
const listSchema = z.strictObject({
  order: z.enum(['newest', 'oldest']).default('newest'),
  limit: z.coerce.number().int().min(1).max(10_000).default(50),
  subject: z.string().optional(),
  id: z.string().optional(),
  type: z.string().optional(),
  verdict: z.enum(['valid', 'invalid', 'unchecked']).optional(),
  accepted: flag,
  duplicate: flag,
  inversion: flag,
});

/** Where events are delivered to. Like the providers' endpoints it answers under any host name. */
export function receiverRoutes(app: FastifyInstance, { receivers }: World): void {
  app.post('/events/:name', async (request, reply) => {
    const { success, data: name } = nameSchema.safeParse((request.params as Record<string, unknown>)['name']);
    if (!success || !receivers.hasRoomFor(name)) {
      return reply.code(404).type('text/plain').send('There is no such receiver, and no room for another.');
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([header, value]) => [header, [value].flat().join(', ')]),
    );
    const scripted = receivers.deliver(name, { headers, body: text(request.body) });
    if (scripted === undefined) reply.code(204).send();
    else respond(request, reply, scripted);
    return reply;
  });
}

export function receiverAdminRoutes(get: AdminRoute, post: AdminRoute, remove: AdminRoute, admin: CommonAdmin): void {
  const of = ({ params }: FastifyRequest) =>
    admin.receiver(nameSchema.parse((params as Record<string, unknown>)['name']));
  get('receiver', () => admin.receivers());
  get('receiver/:name', (_, request) => of(request).summary());
  post('receiver/:name', (body, request) => of(request).configure(body as ReceiverChange));
  get('receiver/:name/deliveries', (_, request) => {
    const { order, limit, ...filter } = listSchema.parse(request.query);
    const found = listed(of(request).deliveries(), filter);
    return (order === 'newest' ? found.toReversed() : found).slice(0, limit).map(readable);
  });
  get('receiver/:name/rows', (_, request) => of(request).rows());
  get('receiver/:name/answers', (_, request) => of(request).answers());
  post('receiver/:name/answers', (body, request) => of(request).answer(body as ScriptedAnswer));
  remove('receiver/:name/answers', (_, request) => of(request).clearAnswers());
}

/** With the body as JSON, if it is some. */
function readable({ body, ...delivery }: EventDelivery): object {
  try {
    return { ...delivery, body: JSON.parse(body) as unknown };
  } catch {
    return { ...delivery, body };
  }
}
