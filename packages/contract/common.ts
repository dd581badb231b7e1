import { idPrefixes, type IdKind, operationStates } from '@card-gateway/core';
import { z } from 'zod';

/** A public id of one kind, e.g. `card_01kan3z7jhfe7v2eq8d4tqh1ym`. */
export function publicId(kind: IdKind) {
  const prefix = idPrefixes[kind];
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `expected an id that starts with "${prefix}_"`)
    .meta({ description: `Id of this kind: \`${prefix}_\` and 26 characters, sortable by time.` });
}

export const timestamp = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' });

/** PostgreSQL keeps no NUL and no lone surrogate in a text, and nobody means one. */
export const printable: RegExp = /^[^\p{Cc}\p{Cs}]*$/u;
export const printableRule = 'expected no control characters and no half characters';

export const accountName = z
  .string()
  .min(1)
  .max(64)
  .regex(printable, printableRule)
  .meta({ description: 'The provider account, by its name in the accounts file.' });

export const userReference = z
  .string()
  .min(1)
  .max(64)
  .regex(printable, printableRule)
  .meta({ description: "The end user, by the company's own id." });

export const userIp = z.union([z.ipv4(), z.ipv6()], 'expected an IPv4 or IPv6 address').meta({
  description: "The end user's IP address, where the provider wants it (Yixin) and the account sets no default.",
});

export const cardNumber = z
  .string()
  .regex(/^\d(?:[ -]?\d){11,20}$/, 'expected a card number of 12 to 21 digits')
  .meta({ description: 'Full card number. It is passed on to the provider and never kept in clear.' });

export const money = z
  .object({
    amount: z.string().meta({ description: 'Decimal text in major units, exactly as the provider wrote it.' }),
    currency: z.string().nullable().meta({ description: 'ISO 4217; null where the provider leaves it open.' }),
  })
  .meta({ id: 'Money', description: 'An amount as decimal text, never a float.' });

/** The query of every list. */
export const pageQuery = {
  limit: z.coerce
    .number('expected a whole number from 1 to 200')
    .int('expected a whole number from 1 to 200')
    .min(1, 'expected a whole number from 1 to 200')
    .max(200, 'expected a whole number from 1 to 200')
    .optional()
    .meta({ description: 'Rows per page, 1 to 200.', default: 50 }),
  cursor: z.string().max(200).optional().meta({ description: '`nextCursor` of the page before.' }),
};

export const refreshQuery = z
  .stringbool()
  .optional()
  .meta({ description: '`true` asks the provider first and stores what it says.', type: 'boolean' });

export const operationReference = z
  .object({
    id: publicId('operation'),
    outcome: z.enum(operationStates),
    since: timestamp.optional().meta({ description: 'When the outcome became unknown.' }),
    settlesBy: z
      .enum(['look-up', 'person'])
      .optional()
      .meta({ description: '`look-up`: the gateway keeps asking the provider. `person`: nothing can be asked.' }),
    nextLookUpAt: timestamp.nullable().optional(),
  })
  .meta({
    id: 'OperationReference',
    description:
      'The last write on this resource and what became of it; in the answer to a write, and to its repeats, that very one.',
  });

/** The answer of a list: one page and the way to the next. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      data: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'Give it as `cursor` for the next page; null ends the list.' }),
    })
    .meta({ id, description: 'One page of a list.' });
}

/** What every resource of a provider carries. */
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
