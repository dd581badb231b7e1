import type { CardAddress, CardForm, FieldFault, Need } from '@card-gateway/core';

/**
 * Orders that need an address (keysecure.md §6.5): those for physical cards. Some virtual products need one too; no document
 * says which.
 */
export const addressNeeds: Readonly<Record<CardForm, Need>> = { virtual: 'optional', physical: 'required' };

const name = { shape: /^[A-Za-z][A-Za-z .'-]*$/, expected: 'expected English letters' };
const line = { shape: /^[ -~]*[!-~][ -~]*$/, expected: 'expected English letters, digits and punctuation' };

/** keysecure.md §6.5, and the text of code 2007 (§10), of which only the beginning is published. */
const rules: Readonly<Partial<Record<keyof CardAddress, { readonly shape: RegExp; readonly expected: string }>>> = {
  firstName: name,
  lastName: name,
  state: line,
  city: line,
  line1: line,
  line2: { ...line, shape: /^[ -~]*$/ },
  postalCode: line,
};

/** The parts of an address that KeySecure refuses with 2007. */
export function addressFaults(address: CardAddress): readonly FieldFault<keyof CardAddress>[] {
  return (Object.keys(address) as (keyof CardAddress)[]).flatMap((field) => {
    const rule = rules[field];
    return rule === undefined || rule.shape.test(address[field]) ? [] : [{ field, expected: rule.expected }];
  });
}
