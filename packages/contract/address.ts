import { z } from 'zod';
import { hasNoCardNumber, isPrintable, noCardNumberRule, printableRule } from './common.ts';

/** A typed line of 1 to `most` characters. The account, not this shape, determines which letters its provider accepts. */
const line = (most: number, description: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most, { abort: true })
    .refine(isPrintable, printableRule)
    .refine(hasNoCardNumber, noCardNumberRule)
    .meta({ description });

const contact = {
  firstName: line(64, 'Given name.'),
  lastName: line(64, 'Family name.'),
  phoneCode: z
    .string()
    .regex(/^[0-9]{1,4}$/, 'expected a dialling code in digits, without "+"')
    .meta({ description: 'Dialling code without `+`, e.g. `44`.' }),
  phone: z
    .string()
    .regex(/^[0-9]{4,15}$/, 'expected 4 to 15 digits')
    .meta({ description: 'Phone number in digits, without the dialling code.' }),
};

const place = {
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code')
    .meta({ description: 'ISO 3166-1 alpha-2.' }),
  state: line(64, 'State, province or county.'),
  city: line(64, 'Town or city.'),
  line1: line(128, 'Street and number.'),
  line2: z
    .string()
    .trim()
    .max(128, { abort: true })
    .refine(isPrintable, printableRule)
    .refine(hasNoCardNumber, noCardNumberRule)
    .default('')
    .meta({ description: 'Flat, floor, company; empty where there is none.' }),
  postalCode: line(16, 'Postal code.'),
};

export const cardAddressSchema = z.strictObject({ ...contact, ...place }).meta({
  id: 'CardAddress',
  description: 'Where a card goes, and to whom. Some providers take English letters alone.',
});

const postalAddressSchema = z.strictObject(place).meta({ id: 'PostalAddress', description: 'Where somebody lives.' });

/** A calendar day on which a living person may have been born. */
function isBirthDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) && text >= '1900-01-01';
}

export const personSchema = z
  .strictObject({
    ...contact,
    birthDate: z
      .string()
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, { error: 'expected a date, e.g. 1990-12-31', abort: true })
      .refine(isBirthDate, 'expected a date, e.g. 1990-12-31')
      .meta({ description: 'Date of birth, `YYYY-MM-DD`.', format: 'date' }),
    email: z
      .string()
      .max(254, { abort: true })
      .regex(/^[^@ ]{1,64}@[^@ ]{1,189}$/, 'expected an e-mail address')
      .refine(isPrintable, printableRule)
      .meta({ description: 'E-mail address.' }),
    address: postalAddressSchema,
  })
  .meta({
    id: 'Person',
    description: 'A person as a provider is told of them. Passed on once, never kept.',
  });
