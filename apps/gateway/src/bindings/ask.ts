import type {
  bankListSchema,
  bankQuerySchema,
  bindingCheckSchema,
  checkBindingSchema,
  issuerSchema,
  lookUpIssuerSchema,
} from '@card-gateway/contract';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import { entryOf, recordAudit } from '../audit/store.ts';
import { cardNumbersOf, questionsOf, requireQuestion } from '../guesses/limits.ts';
import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import { requireUserIp } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { parsePan } from './start-binding.ts';
import type { Work } from '../work.ts';

/** A question about a card number, which could be a guess. */
interface Question<Schema extends z.ZodType> {
  readonly caller: Caller;
  readonly body: z.output<Schema>;
  readonly requestId: string;
  readonly work: Work;
}

/**
 * Asks the provider whether this user must still bind this card. The answer confirms a guessed number, so it is limited, and
 * audited before the provider is asked.
 *
 * @throws ProblemError 429 if the limit is reached; 503 if it cannot be audited: then the provider was not asked
 */
export async function checkBinding(
  services: Services,
  { body: question, ...call }: Question<typeof checkBindingSchema>,
): Promise<z.output<typeof bindingCheckSchema>> {
  const { caller, work } = call;
  const account = services.accounts.ofCaller(caller, question.account);
  const binding = facetOf(account, 'binding');
  const userIp = requireUserIp(binding.needsUserIp, question.userIp, '/userIp');
  const pan = parsePan(question.cardNumber);
  const limits = [cardNumbersOf(services, account.name, question.user), questionsOf(services, caller.keyId)];
  await requireQuestion(services, call, limits, 'card numbers of this user, or by this API key,', (client) =>
    recordAudit(
      client,
      entryOf(call, services.now(), {
        action: 'binding.check',
        resource: account.name,
        purpose: `${pan.masked} of ${question.user}`,
      }),
    ),
  );
  const { value } = await askProvider(services, account, 'binding', work, (binding, call) =>
    binding.check({ user: question.user, pan, userIp }, call),
  );
  return {
    provider: account.provider,
    account: account.name,
    user: question.user,
    maskedNumber: pan.masked,
    bindingRequired: value.required,
  };
}

/** Asks the provider which banks' cards this user can bind; the answer may differ per user, so it is not stored. */
export async function listBanks(
  services: Services,
  caller: Caller,
  query: z.output<typeof bankQuerySchema>,
  work: Work,
): Promise<z.output<typeof bankListSchema>> {
  const account = services.accounts.ofCaller(caller, query.account, 'query/account');
  const banks = facetOf(account, 'banks');
  const userIp = requireUserIp(banks.needsUserIp, query.userIp, 'query/userIp');
  const { value } = await askProvider(services, account, 'banks', work, (banks, call) =>
    banks.list({ user: query.user, userIp }, call),
  );
  return { data: [...value] };
}

/** Asks the provider for the bank of a card number, without storing anything. @throws ProblemError 429 beyond the limit */
export async function lookUpIssuer(
  services: Services,
  { body: question, ...call }: Question<typeof lookUpIssuerSchema>,
): Promise<z.output<typeof issuerSchema>> {
  const { caller, work } = call;
  const account = services.accounts.ofCaller(caller, question.account);
  const banks = facetOf(account, 'banks');
  const userIp = requireUserIp(banks.needsUserIp, question.userIp, '/userIp');
  const pan = parsePan(question.cardNumber);
  await requireQuestion(services, call, [questionsOf(services, caller.keyId)], 'card numbers by this API key');
  const { value: bank } = await askProvider(services, account, 'banks', work, async (banks, call) => {
    const outcome = await banks.issuerOf({ pan, userIp }, call);
    if (outcome.kind !== 'unknown' || outcome.why !== 'unlisted_code') return outcome;
    // The code for a number without a known bank is not always published; a retry would get the same answer.
    const { code = null, message = null } = outcome.evidence ?? {};
    throw new ProblemError('refused-by-provider', 'The provider names no bank of this card.', {
      provider: { name: account.provider, code, message },
    });
  });
  return { provider: account.provider, account: account.name, maskedNumber: pan.masked, bank };
}
