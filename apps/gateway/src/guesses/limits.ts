import type { Outcome, RefusalReason } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import type { Work } from '../work.ts';
import { countQuestion, type GuessLimit, longestLimitMs, uncountGuess } from './store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What a provider's database may compare no more exactly than: without case, accents, spaces and what shows nothing. */
const folded = (user: string): string =>
  user
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\s]/gu, '')
    .toLowerCase()
    // "ß" and "SS", "ς" and "σ", "ı" and "i" differ in lower case, but not in upper case.
    .toUpperCase();

/** Card numbers named for one user, by any key: both a check and a start reveal whether the card is theirs. */
export function cardNumbersOf({ config }: Services, account: string, user: string): GuessLimit {
  const subject = `card number of ${account} ${folded(user)}`;
  return { subject, most: config.CARD_NUMBERS_PER_USER_AND_HOUR, withinMs: hourMs };
}

/** Questions about card numbers by one API key. */
export function questionsOf({ config }: Services, keyId: string): GuessLimit {
  return { subject: `question by ${keyId}`, most: config.CARD_QUESTIONS_PER_KEY_AND_HOUR, withinMs: hourMs };
}

export function revealsOf({ config }: Services, keyId: string): GuessLimit {
  return { subject: `reveal by ${keyId}`, most: config.REVEALS_PER_KEY_AND_HOUR, withinMs: hourMs };
}

/** Denied reveals by one API key that are written to the audit log. */
export function deniedRevealsOf({ config }: Services, keyId: string): GuessLimit {
  return { subject: `denied reveal by ${keyId}`, most: config.REVEALS_PER_KEY_AND_HOUR, withinMs: hourMs };
}

/** The subject under which guesses at one card's security code are counted. */
export const securityCodeOf = (card: string): string => `security code of ${card}`;

/** Security codes tried at one card until one is right. */
export function securityCodes({ config }: Services, card: string): GuessLimit[] {
  const subject = securityCodeOf(card);
  return [
    { subject, most: config.SECURITY_CODES_PER_CARD_AND_DAY, withinMs: dayMs },
    { subject, most: config.SECURITY_CODES_PER_CARD_AND_MONTH, withinMs: longestLimitMs },
  ];
}

export function pinChanges({ config }: Services, card: string): GuessLimit[] {
  return [{ subject: `PIN of ${card}`, most: config.PIN_CHANGES_PER_CARD_AND_DAY, withinMs: dayMs }];
}

/**
 * Counts a question about a card number, which could be a guess, and commits that together with what `also` writes.
 *
 * @param what the limited thing, worded for the caller, e.g. "card numbers of this user"
 * @throws ProblemError 429 with the time to wait if a limit is reached: then nothing is recorded
 */
export async function requireQuestion(
  { pool, keys }: Services,
  { caller, work }: { readonly caller: Caller; readonly work: Work },
  limits: readonly GuessLimit[],
  what: string,
  also: (client: PoolClient) => Promise<void> = async () => {},
): Promise<void> {
  const waitMs = await keys.inTurn(work, caller.keyId, () => countQuestion(pool, limits, also));
  if (waitMs !== null) throw guessProblem(what, waitMs);
}

/** @param what the limited thing, worded for the caller */
export function guessProblem(what: string, waitMs: number): ProblemError {
  return new ProblemError('guess-limit', `The limit on ${what} is reached. Nothing was recorded or sent.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

/** Refusals issued before the provider looks at a number or a code. */
const beforeLooking: ReadonlySet<RefusalReason> = new Set([
  'not_sent',
  'unavailable',
  'rate_limited',
  'configuration',
  'unsupported',
  'conflict',
  'not_found',
]);

/**
 * Whether the provider certainly revealed nothing about a number or a code: it refused for another reason, or was not asked. A
 * person's word that nothing happened does not tell that: the provider may have looked at it.
 */
export function toldNothing(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'refused') return false;
  const { reason } = outcome.refusal;
  // Without an answer as its evidence, the adapter itself refused what it was given.
  return beforeLooking.has(reason) || (reason === 'invalid_request' && outcome.evidence === null);
}

/** Keeps a write's guess only if the provider may have revealed whether it was right. */
export async function closeGuess(client: PoolClient, operationId: string, outcome: Outcome<unknown>): Promise<void> {
  if (toldNothing(outcome)) await uncountGuess(client, operationId);
}
