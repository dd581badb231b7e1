import {
  type Evidence,
  isProviderId,
  type Outcome,
  type ProviderCall,
  type RefusalReason,
  refused,
  unknown,
} from '@card-gateway/core';
import { z } from 'zod';
import {
  type AdapterHost,
  type AnswerHead,
  clientCredentials,
  type Problem,
  type ProviderRequest,
  readAnswer,
  type ToEvidence,
} from '../../index.ts';
import type { HarbourSettings } from './index.ts';

/** One request to Harbour: its path, its body, and the meaning of its success. */
export interface HarbourRequest<Schema extends z.ZodType, T> {
  readonly operation: string;
  readonly method: ProviderRequest['method'];
  /** Below `/v2/`; `{id}` in it stands for {@link id}. */
  readonly path: string;
  readonly id?: string;
  /** Harbour executes an order repeated under its key only once, and repeats the first answer, for a day. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly hide?: readonly string[];
  readonly reply: Schema;
  readonly interpret: (reply: z.output<Schema>, evidence: Evidence, head: AnswerHead) => Outcome<T>;
}

export type Ask = <Schema extends z.ZodType, T>(
  request: HarbourRequest<Schema, T>,
  call: ProviderCall,
) => Promise<Outcome<T>>;

const problemBody = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });

/** Each of these is rejected before anything is done. Any other code, and any 5xx, is unknown. */
const refusals: ReadonlyMap<string, RefusalReason> = new Map([
  ['401 invalid_token', 'configuration'],
  ['404 no_such_card', 'not_found'],
  ['404 no_such_holder', 'not_found'],
  ['409 card_closed', 'conflict'],
  ['410 key_used', 'conflict'],
  ['422 card_limit', 'declined'],
  ['422 holder_rejected', 'declined'],
  ['422 no_person', 'invalid_request'],
  ['422 too_much', 'declined'],
  ['422 weak_pin', 'invalid_request'],
  ['429 too_many', 'rate_limited'],
]);

function refusalOf({ status, headers, read }: Problem, evidence: ToEvidence, hide: readonly string[]): Outcome<never> {
  const error = read(problemBody)?.error;
  if (error === undefined) return unknown('unreadable_answer', evidence(null));
  const again = headers['retry-after'] === undefined ? '' : ` (again in ${headers['retry-after']} s)`;
  const said = evidence(error.code, error.detail + again, hide);
  const reason = refusals.get(`${status} ${error.code}`);
  return reason === undefined ? unknown('unlisted_code', said) : refused(reason, said);
}

/** Sends with a bearer token; a rejected token is replaced once. */
export function openClient(settings: HarbourSettings, host: AdapterHost): Ask {
  const tokens = clientCredentials({ ...settings, tokenUrl: `${settings.baseUrl}/oauth/token` }, host);
  return async (request, call) => {
    // URLs treat `..` as a path step, even when it is encoded.
    if (request.id !== undefined && !isProviderId(request.id)) return refused('not_found');
    return await tokens.use(
      call,
      async ({ secret }) => {
        const hide = [secret.reveal(), ...(request.hide ?? [])];
        const outgoing = {
          operation: request.operation,
          method: request.method,
          url: `${settings.baseUrl}/v2/${request.path.replace('{id}', () => encodeURIComponent(request.id ?? ''))}`,
          headers: {
            ...request.headers,
            authorization: `Bearer ${secret.reveal()}`,
            ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
            ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: request.body === undefined ? null : JSON.stringify(request.body),
        };
        const exchange = await host.send(outgoing, call);
        return readAnswer(exchange, {
          reply: request.reply,
          interpret: (reply, evidence, head) => request.interpret(reply, evidence(null), head),
          problem: (problem, evidence) => refusalOf(problem, evidence, hide),
        });
      },
      (outcome) => outcome.kind === 'refused' && outcome.refusal.code === 'invalid_token',
    );
  };
}
