import {
  type CardholdersFacet,
  type CardholderStatus,
  type Person,
  type ProviderCardholder,
  refused,
} from '@card-gateway/core';
import { doneIf } from '@card-gateway/adapter-kit';
import type { Ask } from '../harbour/packages/adapter-harbour/client.ts';
import { reconciledByReference } from '../harbour/packages/adapter-harbour/look-up.ts';
import { holder, holderList, type HolderRow } from './wire.ts';

/** Harbour's cardholders, whose own data it checks (§3). */
export function cardholdersFacet(ask: Ask): CardholdersFacet {
  return {
    applications: ['person'],

    apply: async ({ reference, identity }, call) => {
      if (identity.kind !== 'person') {
        return refused('unsupported', { message: 'Harbour checks a person by their data' });
      }
      return await ask(
        {
          operation: 'apply',
          method: 'POST',
          path: 'holders',
          body: { reference, ...personOf(identity.person) },
          hide: personalPartsOf(identity.person),
          data: holder,
          interpret: (row, evidence, { status }) =>
            doneIf(status === 201 && row.reference === reference, { providerRef: row.id }, evidence),
        },
        call,
      );
    },

    reconciliation: reconciledByReference(ask, {
      operation: 'holders',
      path: 'holders',
      data: holderList,
      value: toHolder,
    }),

    read: (providerRef, call) =>
      ask(
        {
          operation: 'holder',
          method: 'GET',
          path: 'holders/{id}',
          id: providerRef,
          data: holder,
          interpret: (row, evidence) => doneIf(row.id === providerRef, toHolder(row), evidence),
        },
        call,
      ),
  };
}

const statuses: ReadonlyMap<string, CardholderStatus> = new Map([
  ['checking', 'in_review'],
  ['approved', 'approved'],
  ['rejected', 'rejected'],
]);

function toHolder(row: HolderRow): ProviderCardholder {
  return {
    providerRef: row.id,
    ourReference: row.reference ?? null,
    status: statuses.get(row.state) ?? 'unrecognized',
    providerStatus: row.state,
    ...(row.reason === undefined ? {} : { failReason: row.reason }),
  };
}

function personOf({ firstName, lastName, birthDate, email, phoneCode, phone, address }: Person): object {
  return {
    name: { given: firstName, family: lastName },
    born: birthDate,
    email,
    phone: `+${phoneCode}${phone}`,
    address: {
      lines: [address.line1, address.line2].filter((line) => line !== ''),
      town: address.city,
      region: address.state,
      code: address.postalCode,
      country: address.country,
    },
  };
}

/** Everything except the country and its dialling code, which do not identify a person. */
function personalPartsOf({ phoneCode: _code, address, ...person }: Person): readonly string[] {
  const { country: _country, ...place } = address;
  return [...Object.values(person), ...Object.values(place)];
}
