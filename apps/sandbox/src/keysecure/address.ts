import { optionalText, requiredText, type Call } from './call.ts';
import { Refused } from './codes.ts';

// keysecure.md §10, 2007; the end of that text is cut off, so "common address punctuation" is a guess.
const addressText = /^[A-Za-z0-9 ,.'#/&()-]*$/;
const nameText = /^[A-Za-z]+(?: [A-Za-z]+)*$/;

/** keysecure.md §6.5, `address_info`. */
export function checkAddress(call: Call, cardType: 'Virtual' | 'Physical', needed: boolean): void {
  const given = call.fields['address_info'];
  if (given === undefined || given === null) {
    if (needed || cardType === 'Physical') throw new Refused(1004, 'address_info must not be null');
    return;
  }
  if (typeof given !== 'object' || Array.isArray(given)) throw new Refused(1004, 'address_info must be an object');
  const address: Call = { ...call, fields: given as Record<string, unknown> };
  for (const name of ['postal_code', 'country', 'state', 'city', 'address_line1']) {
    characters(name, requiredText(address, name), addressText);
  }
  if (!/^[A-Z]{2}$/.test(requiredText(address, 'country'))) throw new Refused(1004, 'country must be ISO alpha-2');
  characters('address_line2', optionalText(address, 'address_line2') ?? '', addressText);
  const person = cardType === 'Physical' ? requiredText : optionalText;
  for (const name of ['first_name', 'last_name']) characters(name, person(address, name) ?? 'A', nameText);
  // §6.5: no `+`. The platform's list of dialling codes is not published; this is their general form.
  if (!/^[1-9]\d{0,3}$/.test(person(address, 'phone_code') ?? '86')) {
    throw new Refused(1004, 'phone_code must be a known dialling code, digits only');
  }
  person(address, 'phone');
  // "All address fields are required" for a physical card: the second line must be there, if only as "".
  if (cardType === 'Physical' && typeof address.fields['address_line2'] !== 'string') {
    throw new Refused(1004, 'address_line2 must not be null');
  }
}

function characters(name: string, value: string, allowed: RegExp): void {
  if (!allowed.test(value))
    throw new Refused(2007, `${name} may contain only English letters, numbers, spaces or common address punctuation`);
}
