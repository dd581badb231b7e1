import {
  type CardNetwork,
  holdsCardNumber,
  idPrefixes,
  type IdKind,
  type OperationState,
  type ResolvesBy,
} from '@card-gateway/core';
import { z } from 'zod';

/**
 * The values of an enumeration, each with its meaning. In answers the OpenAPI document shows them as open strings, because more
 * may be added; an input must be one of them.
 */
export function words<Word extends string>(
  id: string,
  description: string,
  meanings: Readonly<Record<Word, string>>,
): z.ZodEnum<{ [Each in Word]: Each }> {
  const known = Object.keys(meanings) as [Word, ...Word[]];
  return z.enum(known).meta({ id, description, [meaningsKey]: meanings });
}
/** Where {@link words} stores the meanings in its schema's metadata. */
export const meaningsKey = 'x-meanings';

const idNames: Readonly<Record<IdKind, string>> = {
  card: 'a card',
  binding: 'a binding',
  cardholder: 'a cardholder',
  product: 'a card product',
  operation: 'an operation',
  sync: 'a sync',
  transaction: 'a transaction',
  transfer: 'a transfer',
  callback: 'a callback',
  event: 'an event',
  destination: 'an event destination',
  apiKey: 'an API key',
};

/** A public id of one kind, e.g. `card_01kan3z7jhfe7v2eq8d4tqh1ym`. */
export function publicId(kind: IdKind) {
  const prefix = idPrefixes[kind];
  return z
    .string()
    .regex(
      new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`),
      `expected an id as the gateway gave it: "${prefix}_" and 26 small letters and digits`,
    )
    .meta({ description: `Id of ${idNames[kind]}: \`${prefix}_\` and 26 characters, sortable by time.` });
}

export const timestamp = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' });

/** Whether a text is an RFC 3339 date-time with offset, on an existing calendar day. */
export const isInstant = (text: string): boolean => instantShape.test(text);
const instantShape = new RegExp(z.regexes.datetime({ offset: true }).source, 'i');

/** An RFC 3339 instant in a query. */
export const instant = z
  .string()
  .refine(isInstant, {
    error: 'expected an RFC 3339 date-time, e.g. 2026-11-22T10:00:00Z',
    abort: true,
  })
  .meta({ format: 'date-time', description: 'RFC 3339, with `Z` or an offset.' });

/**
 * Text without control characters. PostgreSQL stores neither NUL nor lone surrogates, and no one means them; {@link
 * printableText} checks surrogates, because no portable pattern distinguishes them from half an emoji.
 */
const printable = /^[^\x00-\x1f\x7f-\x9f]*$/; // oxlint-disable-line no-control-regex -- they are what is refused
export const printableRule = 'expected no control characters and no half characters';
/** The same as a function, where no pattern applies. */
export const isPrintable = (text: string): boolean => printable.test(text) && text.isWellFormed();

/** A text of `min` to `max` characters that PostgreSQL can store. */
export function printableText(min: number, max: number, tooLong?: string) {
  return (
    z
      .string()
      .min(min, tooLong)
      // What is too long is not examined further.
      .max(max, { error: tooLong, abort: true })
      .regex(printable, printableRule)
      .refine((text) => text.isWellFormed(), printableRule)
  );
}

/** For texts that people write. Ids are exempt, because one in ten long numbers passes for a card number. */
export const hasNoCardNumber = (text: string): boolean => !holdsCardNumber(text);
export const noCardNumberRule = 'expected no card number in it';
/** Description of ids, which cannot be told from card numbers. */
export const isNoCardNumber = 'It must not be a card number, as which it is not treated.';

export const accountName = printableText(1, 64).meta({
  description: 'The provider account, by its name in the accounts file.',
});

export const userReference = printableText(1, 64).meta({
  description: `The end user, by the company's own id. ${isNoCardNumber}`,
});

const ipv4 = '((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv6 = z.regexes.ipv6.source.slice('^('.length, -')$'.length);

export const userIp = z
  .string()
  .regex(new RegExp(`^(${ipv4}|${ipv6})$`), 'expected an IPv4 or IPv6 address')
  .meta({
    description:
      "The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers).",
  });

export const cardNumber = z
  .string()
  .regex(/^[0-9]([ -]?[0-9]){11,20}$/, 'expected a card number of 12 to 21 digits')
  .meta({
    description: 'Full card number. It is passed on to the provider and never kept in clear.',
    format: 'password',
  });

export const network = words<CardNetwork>('Network', 'The card network.', {
  visa: 'Visa.',
  mastercard: 'Mastercard.',
  unionpay: 'UnionPay.',
  amex: 'American Express.',
  discover: 'Discover.',
  jcb: 'JCB.',
  diners: 'Diners Club.',
  unrecognized: 'The provider names a network that no document lists.',
});

export const cardType = words<'debit' | 'credit' | 'unrecognized'>('CardType', 'How a card is funded.', {
  debit: 'A debit card.',
  credit: 'A credit card.',
  unrecognized: "The provider's word for it is one that no document lists.",
});

export const providerStatus = z
  .string()
  .nullable()
  .meta({ description: "The provider's own word for the status; null until it said one." });

export const money = z
  .object({
    amount: z.string().meta({ description: 'Decimal text in major units, exactly as the provider wrote it.' }),
    currency: z.string().nullable().meta({ description: 'ISO 4217; null where the provider leaves it open.' }),
  })
  .meta({ id: 'Money', description: 'An amount as decimal text, never a float.' });

const limitRule = 'expected a whole number from 1 to 200';
const limit = z.int(limitRule).min(1, limitRule).max(200, limitRule).meta({ default: 50 });

/** The query of every list. */
export const pageQuery = {
  limit: z
    // JavaScript numbers may also be written as `1e2`, as `0x10` and with surrounding spaces.
    .preprocess((text) => (/^[1-9]\d*$/.test(String(text)) ? Number(text) : Number.NaN), limit)
    .optional()
    .meta({ description: 'Rows per page, 1 to 200.' }),
  cursor: z.string().max(200).optional().meta({ description: '`nextCursor` of the page before.' }),
};

export const refreshQuery = z
  .stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive', error: 'expected true or false' })
  .optional()
  .meta({ description: '`true` asks the provider first and stores what it says.', type: 'boolean' });

export const operationOutcome = words<OperationState>('OperationOutcome', 'What became of a write.', {
  submitting: 'Recorded; the answer of the provider is awaited. Then one of the others.',
  succeeded: 'The provider did it. Final.',
  refused: 'Certain: nothing happened. Final.',
  unknown:
    'The provider may have done it. Evidence or a person makes it `succeeded` or `refused`, or it is `superseded`.',
  superseded:
    'It was unknown when a later write of the same thing succeeded. Whether it did anything stays unknown, and nobody has to find out. Final, but for a late answer to its own call.',
});

export const resolvesBy = words<ResolvesBy>('ResolvesBy', 'What an unknown outcome waits for.', {
  'look-up': 'The gateway keeps asking the provider.',
  person: 'Nothing can be asked: a person finds out and calls resolveOperation.',
});

export const operationReference = z
  .object({
    id: publicId('operation'),
    outcome: operationOutcome,
    since: timestamp.optional().meta({ description: 'When the outcome became unknown; absent where it is known.' }),
    resolvesBy: resolvesBy.optional(),
    nextLookUpAt: timestamp.nullable().optional().meta({
      description: 'When the provider is asked next; null where it is not, absent where the outcome is known.',
    }),
  })
  .meta({
    id: 'OperationReference',
    description:
      'The last write on this resource and what became of it; in the answer to a write, and to its repeats, that very one.',
  });

/** The answer of a list: one page and the cursor of the next. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      data: z.array(item).meta({ description: 'The rows of this page.' }),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'Give it as `cursor` for the next page; null ends the list.' }),
    })
    .meta({ id, description: 'One page of a list.' });
}

/** Common members of every provider resource. */
export const providerFacts = {
  provider: z.string().meta({ description: 'The provider behind the account.' }),
  account: accountName,
  providerRef: z.string().nullable().meta({ description: "The provider's own id; null until it is known." }),
};

export const resourceTimes = {
  createdAt: timestamp.meta({ description: 'When the gateway first knew of it.' }),
  updatedAt: timestamp.meta({ description: 'When it last changed here.' }),
  syncedAt: timestamp.nullable().meta({ description: 'When the provider last described it; null before it ever did.' }),
};
