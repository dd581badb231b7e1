import { toPublicId } from '@card-gateway/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OpenAccount } from '../accounts/accounts.ts';
import { countRequests } from '../http/metrics.ts';
import { shedLoad } from '../http/overload.ts';
import { ProblemError } from '../problem.ts';
import { mount } from '../http/route.ts';
import type { Services } from '../services.ts';
import { authorizer } from './authorize.ts';
import { readCallback, readCallbacks, replayCallback } from './read-callbacks.ts';
import { type ClosedIntake, type Intake, intakeOf, receiveCallback } from './receive.ts';
import { limitRefusals } from './refusals.ts';
import { keyFetcher } from './signing-keys.ts';

/** The operators' routes for callbacks. */
export function callbackRoutes(app: FastifyInstance, services: Services): void {
  mount(app, 'listCallbacks', ({ caller, query }) => readCallbacks(services, caller, query));
  mount(app, 'getCallback', ({ caller, params }) => readCallback(services, caller, params.id));
  mount(app, 'replayCallback', (call) => replayCallback(services, call, call.params.id));
}

declare module 'fastify' {
  interface FastifyRequest {
    intake: Intake | ClosedIntake | null;
  }
}

/** Where providers send their callbacks. No API key is needed: a callback is trusted by its own signature. */
export const intakePaths = ['/callbacks/{account}', '/callbacks/{account}/{secret}'] as const;

/** Accepts callbacks. Bodies are read as raw bytes, whatever their content type. */
export async function callbackIntake(app: FastifyInstance, services: Services): Promise<void> {
  const intakeServices = { ...services, authorize: authorizer(services), fetchKeys: keyFetcher(services) };
  const refusals = limitRefusals(services.config.CALLBACK_REFUSALS_PER_MINUTE, () => performance.now());
  const { callbackCounter } = services.metrics;

  async function take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { intake, log } = request;
    if (intake === null) throw new Error('A callback came past its own check.');
    if (intake.facet === null) throw refused(request, intake);
    const account = intake.account.name;
    const startedAt = performance.now() - reply.elapsedTime;
    const callback = callbackOf(request, services.now());
    const taken = await receiveCallback(intakeServices, intake, callback, startedAt);
    if (taken.kind === 'refused') throw refused(request, { account: intake.account, why: taken.why });
    callbackCounter.inc({ account, result: taken.kind });
    if (taken.kind === 'accepted') refusals.taken(request.ip);
    if (taken.kind === 'repeated_differently') {
      const id = toPublicId('callback', taken.callbackId);
      log.warn({ account, callback: id }, 'a repeated callback differs from the stored one: one of them was altered');
    }
    const { contentType, body } = taken.acknowledgement;
    return reply.code(200).type(contentType).serializer(String).send(body);
  }

  /** Whatever is wrong with a callback or its URL, the sender gets the same answer, so that no one learns which accounts exist. */
  function refused(
    { ip, log }: FastifyRequest,
    { account, why }: { readonly account: OpenAccount | null; readonly why: string },
  ): ProblemError {
    refusals.refused(ip);
    callbackCounter.inc({ account: account?.name ?? '', result: 'refused' });
    log.warn({ account: account?.name ?? null, why }, 'refused a callback');
    return new ProblemError('callback-refused', 'This callback is not taken.');
  }

  await app.register(async (scope) => {
    await shedLoad(scope, services.config);
    countRequests(scope, services.metrics);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: services.config.CALLBACK_BODY_LIMIT_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.decorateRequest('intake', null);
    scope.addHook('onRequest', async (request) => {
      // Fastify rejects a content type that it cannot parse before any parser runs.
      delete request.raw.headers['content-type'];
      const { account, secret } = request.params as { readonly account: string; readonly secret?: string };
      request.intake = intakeOf(services, account, secret ?? null, request.ip);
      const retryAfterSeconds = refusals.waitFor(request.ip);
      if (retryAfterSeconds === 0) return;
      callbackCounter.inc({ account: request.intake.account?.name ?? '', result: 'limited' });
      const detail = 'Too many callbacks from this address were refused; this one was not looked at.';
      throw new ProblemError('callback-limit', detail, { retryAfterSeconds });
    });
    for (const path of intakePaths) {
      scope.post(
        path.replaceAll(/\{(\w+)\}/g, ':$1'),
        { schema: { hide: true, operationId: 'receiveCallback' } },
        (request, reply) => take(request, reply),
      );
    }
  });
}

function callbackOf(request: FastifyRequest, receivedAt: number) {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const,
  );
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { headers: Object.fromEntries(headers), body, receivedAt };
}
