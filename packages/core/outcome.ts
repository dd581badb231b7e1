import { storableText } from './storable.ts';

/**
 * What became of one call to a provider. The three kinds are all there is, and they are kept apart by type:
 * a call that may have had an effect but whose answer is missing is `unknown`, never `refused`.
 */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T; readonly evidence: Evidence | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly evidence: Evidence | null }
  | { readonly kind: 'unknown'; readonly why: UnknownReason; readonly evidence: Evidence | null };

/** Why nobody can say what happened: no answer came, it could not be read, or it carried a code no document lists. */
export type UnknownReason = 'no_answer' | 'unreadable_answer' | 'unlisted_code';

/** A certain "nothing happened", with the provider's own code where it gave one. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The provider's code as it stood on the wire, or null when the call never reached it. */
  readonly code: string | null;
  /** The provider's text, redacted by {@link redact}. */
  readonly message: string | null;
}

/**
 * Provider-independent reasons for a refusal. `not_sent` means the request never left: the name was not found, the
 * connection was refused, TLS failed or connecting timed out, so that sending again is safe.
 */
export type RefusalReason =
  | 'not_sent'
  | 'invalid_request'
  | 'not_found'
  | 'conflict'
  | 'declined'
  | 'wrong_code'
  | 'rate_limited'
  | 'unavailable'
  | 'configuration'
  | 'unsupported';

/** What the provider said, kept beside every outcome as the evidence for it. Holds no personal or card data. */
export interface Evidence {
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** The call did what it was for. */
export function done<T>(value: T, evidence: Evidence | null = null): Outcome<T> {
  return { kind: 'done', value, evidence };
}

/** The call certainly did nothing. */
export function refused(
  reason: RefusalReason,
  said: { readonly code?: string | null; readonly message?: string | null; readonly httpStatus?: number | null } = {},
): Outcome<never> {
  const code = said.code ?? null;
  const message = said.message ?? null;
  const httpStatus = said.httpStatus ?? null;
  const evidence = code === null && httpStatus === null ? null : { httpStatus, code, message };
  return { kind: 'refused', refusal: { reason, code, message }, evidence };
}

/** Nobody can say what the call did. */
export function unknown(why: UnknownReason, evidence: Evidence | null = null): Outcome<never> {
  return { kind: 'unknown', why, evidence };
}

/** Applies `change` to a value that is there and passes every other outcome on. */
export function mapOutcome<A, B>(outcome: Outcome<A>, change: (value: A) => B): Outcome<B> {
  return outcome.kind === 'done' ? { ...outcome, value: change(outcome.value) } : outcome;
}

const longestMessage = 200;
/** More of a message is not looked at: expressions that fit long texts run out of stack, or of time. */
const longestRead = 4000;
/** What may be the beginning of a card number, address or token behind the part that is read. */
const longestOfOthers = 64;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f]+/g;
const digitRun = /\d(?:[ -]?\d){5,}/g;
/** A payment or share token, if it has a digit; our own ids and UUIDs are shorter. */
const longWord = /[\w+/=-]{40,}/g;
/** Looked for from the beginning of a word alone: from each letter on, a word of a megabyte would take minutes. */
const mailAddress = /(?<![^\s@<>"'])[^\s@<>"']+@[^\s@<>"']+/g;

/**
 * Makes a provider's text fit to be kept and shown: at most 200 characters, with runs of six or more digits (card and
 * phone numbers, codes), mail addresses, tokens of 40 or more characters and every text in `hide`, in capitals or not,
 * replaced by `***`.
 *
 * @param hide the sensitive values of the request, which a provider may echo
 */
export function redact(message: string | null | undefined, hide: readonly string[] = []): string | null {
  if (message === null || message === undefined || message === '') return null;
  let clean = storableText(message, longestRead);
  // The longest first: a short text (a user's id `1`) must not break up a card number that contains it.
  const longestFirst = hide.filter((secret) => secret !== '').sort((one, other) => other.length - one.length);
  // A provider may write in capitals what it was sent in small letters.
  for (const secret of longestFirst) clean = clean.replaceAll(new RegExp(RegExp.escape(secret), 'gi'), '***');
  // A secret that goes on behind the part that was read is not recognised: its beginning is cut off.
  const isPart = message.length > longestRead;
  const cutOff = isPart ? Math.max(longestOfOthers, longestFirst[0]?.length ?? 0) : 0;
  const redacted = clean
    .slice(0, Math.max(0, clean.length - cutOff))
    .replace(controlCharacters, ' ')
    .replace(mailAddress, '***')
    .replace(longWord, (word) => (/\d/.test(word) ? '***' : word))
    .replace(digitRun, '***');
  return storableText(redacted, longestMessage);
}
