import { networkSettings, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';
import { isSecretPath, isWebhookSecret, secretPathRule, webhookSecretRule } from '../secrets.ts';
import { addressList } from '../addresses.ts';

/** How the callbacks of an account are accepted. */
export const callbackSettings = z.strictObject({
  secretPath: secretSetting('Last segment of the URL of a provider that signs nothing: /callbacks/<account>/<this>.')
    .refine(isSecretPath, { error: secretPathRule })
    .optional(),
  allowFrom: addressList
    .refine(({ rules }) => rules.length > 0, 'expected at least one address or network; without this setting any may')
    .optional()
    .meta({ description: 'Addresses and networks (CIDR) that callbacks may come from; default any.' }),
});
export type CallbackSettings = z.output<typeof callbackSettings>;

/** A fixed answer to the payments that the provider asks about. */
export const fixedDecision = z.strictObject({
  decide: z
    .enum(['approve', 'decline'])
    .meta({ description: 'The answer to every payment that the provider asks about.' }),
});

/** The operator's service that decides about payments. */
export const decisionService = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected an absolute http(s) URL' })
    .refine(hasNoUser, 'expected no user, password or fragment in it')
    .meta({ description: 'Asked about each payment. https, unless the account is marked as a sandbox.' }),
  secret: secretSetting('Signs the question (Standard Webhooks): whsec_ and the base64 of 24 to 64 bytes.').refine(
    isWebhookSecret,
    { error: webhookSecretRule },
  ),
  timeoutMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(500)
    .meta({ description: "Time limit for its answer, at most the provider's own limit minus 200 ms." }),
  network: networkSettings.optional().meta({
    description: "Network settings for this service; the account's own do not apply to it.",
  }),
});

/** Parts of the provider's time limit for a decision: for the network both ways, and for storing the decision. */
export const decisionReserve = { wayMs: 100, storingMs: 100 } as const;

/** Who decides about payments that the provider asks about. */
export type AuthorizationSettings = FixedDecision | DecisionService;
export type FixedDecision = z.output<typeof fixedDecision>;
export type DecisionService = z.output<typeof decisionService>;

function hasNoUser(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password, hash } = new URL(url);
  return [username, password, hash].every((part) => part === '');
}
