import { expect, test } from 'vitest';
import { addressFaults } from './address.ts';

const address = {
  firstName: 'Mary-Ann',
  lastName: "O'Neill Jr.",
  phoneCode: '44',
  phone: '2079460000',
  country: 'GB',
  state: 'London',
  city: 'London',
  line1: '1 Main Street, rear; c/o #2',
  line2: '',
  postalCode: 'N1 9GU',
};

test('an address in English letters is taken', () => {
  expect(addressFaults(address)).toEqual([]);
});

test('each field in other letters is named, with what is expected there', () => {
  const letters = 'expected English letters';
  const punctuation = 'expected English letters, digits and punctuation';
  const abroad = { ...address, firstName: '明', lastName: 'R2', city: '伦敦', line1: 'Straße 1', line2: 'Flat é' };
  expect(addressFaults(abroad)).toEqual([
    { field: 'firstName', expected: letters },
    { field: 'lastName', expected: letters },
    { field: 'city', expected: punctuation },
    { field: 'line1', expected: punctuation },
    { field: 'line2', expected: punctuation },
  ]);
});
