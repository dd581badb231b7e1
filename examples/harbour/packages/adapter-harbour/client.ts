import { type Outcome, refused, unknown } from '@card-gateway/core';
import {
  type AdapterHost,
  type AskOf,
  clientCredentials,
  pathWith,
  type Problem,
  type ProviderRequest,
  readAnswer,
  refusedFor,
  refusedWith,
  type ToEvidence,
} from '@card-gateway/adapter-kit';
import { reasonOf } from './refusals.ts';
import type { HarbourSettings } from './settings.ts';
import { failureBody } from './wire.ts';

/** A request's path and content. */
export interface HarbourRequest {
  readonly operation: string;
  readonly method: ProviderRequest['method'];
  /** Below `/v2/`; `{id}` is replaced by {@link id}. */
  readonly path: string;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<HarbourRequest>;

/**
 * The account's connection to Harbour: JSON both ways, under a bearer token, which is replaced once if it is rejected
 * (harbour.md §1.1).
 */
export function openClient(settings: HarbourSettings, host: AdapterHost): Ask {
  const tokens = clientCredentials({ ...settings, tokenUrl: `${settings.baseUrl}/oauth/token` }, host);
  return async (request, call) => {
    const path = pathWith(request.path, request.id);
    if (path === null) return refused('not_found');
    return await tokens.use(
      call,
      async ({ secret }) => {
        const hide = [secret.reveal(), ...(request.hide ?? [])];
        const outgoing = {
          operation: request.operation,
          method: request.method,
          url: `${settings.baseUrl}/v2/${path}`,
          headers: {
            ...request.headers,
            authorization: `Bearer ${secret.reveal()}`,
            ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: request.body === undefined ? null : JSON.stringify(request.body),
        };
        const exchange = await host.send(outgoing, call);
        return readAnswer(exchange, {
          reply: request.data,
          interpret: (data, toEvidence, head) => {
            const evidenceOf = (code: string | null, message: string | null = null) => toEvidence(code, message, hide);
            return request.interpret(data, evidenceOf(null), { ...head, evidenceOf });
          },
          problem: (problem, toEvidence) => refusalOf(problem, toEvidence, hide),
        });
      },
      (outcome) => refusedWith(outcome, 'invalid_token'),
    );
  };
}

function refusalOf({ status, read }: Problem, toEvidence: ToEvidence, hide: readonly string[]): Outcome<never> {
  const error = read(failureBody)?.error;
  if (error === undefined) return unknown('unreadable_answer', toEvidence(null));
  return refusedFor(reasonOf(status, error.code), toEvidence(error.code, error.detail, hide));
}
