import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { z } from 'zod';

/** `unchecked`: the receiver has not been told a secret. */
export type Verdict = 'valid' | 'invalid' | 'unchecked';

/** A secret of Standard Webhooks: base64, mostly with the prefix `whsec_`. */
export const secretSchema = z.string().refine((text) => {
  try {
    return new Webhook(text).sign('id', new Date(0), '') !== '';
  } catch {
    return false;
  }
}, 'expected a secret of a destination: whsec_ and base64');

/**
 * Verifies a delivery by https://www.standardwebhooks.com with the project's own library.
 *
 * @param secrets it suffices that one of them made one of the signatures, as while a secret is being replaced
 */
export function verdictOn(
  secrets: readonly string[],
  headers: Record<string, string>,
  body: string,
): { verdict: Verdict; why: string | null } {
  if (secrets.length === 0) return { verdict: 'unchecked', why: 'The receiver has not been told a secret.' };
  let why = '';
  for (const secret of secrets) {
    try {
      new Webhook(secret).verify(body, headers, { jsonParse: false });
      return { verdict: 'valid', why: null };
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      why = error.message;
    }
  }
  return { verdict: 'invalid', why };
}
