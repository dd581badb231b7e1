import {
  type CardholderApplication,
  type CardholdersFacet,
  type CardholderStatus,
  done,
  type Outcome,
  type Person,
  type ProviderCall,
  type ProviderCardholder,
  type Reconciliation,
  refused,
  type SentOrder,
  unknown,
} from '@card-gateway/core';
import { z } from 'zod';
import { field, onlyOwn, required, rowsOf } from '../../index.ts';
import type { Ask } from './client.ts';

const holder = z.object({ id: required.id, reference: field.reference, state: required.word, reason: field.text });
const holderList = z.object({ data: rowsOf(holder) });

const statuses: ReadonlyMap<string, CardholderStatus> = new Map([
  ['checking', 'in_review'],
  ['approved', 'approved'],
  ['rejected', 'rejected'],
]);

function toHolder(row: z.output<typeof holder>): ProviderCardholder {
  return {
    providerRef: row.id,
    ourReference: row.reference ?? null,
    status: statuses.get(row.state) ?? 'unrecognized',
    providerStatus: row.state,
    ...(row.reason === undefined ? {} : { failReason: row.reason }),
  };
}

/** Harbour's cardholders, whose own data it checks. */
export class HarbourHolders implements CardholdersFacet {
  readonly #ask: Ask;
  readonly applications = ['person'] as const;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async apply(
    { reference, identity }: CardholderApplication,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerRef: string }>> {
    if (identity.kind !== 'person') return refused('unsupported', { message: 'Harbour checks a person by their data' });
    return await this.#ask(
      {
        operation: 'apply',
        method: 'POST',
        path: 'holders',
        body: { reference, ...personOf(identity.person) },
        hide: personalPartsOf(identity.person),
        reply: holder,
        interpret: (row, evidence, { status }) =>
          status === 201 && row.reference === reference
            ? done({ providerRef: row.id }, evidence)
            : unknown('unreadable_answer', evidence),
      },
      call,
    );
  }

  readonly reconciliation: Reconciliation<SentOrder, ProviderCardholder> = {
    by: 'look-up',
    find: ({ reference }, call) =>
      this.#ask(
        {
          operation: 'holders',
          method: 'GET',
          path: `holders?reference=${encodeURIComponent(reference)}`,
          reply: holderList,
          interpret: ({ data }, evidence) => onlyOwn(data, (row) => row.reference === reference, toHolder, evidence),
        },
        call,
      ),
  };

  read(providerRef: string, call: ProviderCall): Promise<Outcome<ProviderCardholder>> {
    return this.#ask(
      {
        operation: 'holder',
        method: 'GET',
        path: 'holders/{id}',
        id: providerRef,
        reply: holder,
        interpret: (row, evidence) =>
          row.id === providerRef ? done(toHolder(row), evidence) : unknown('unreadable_answer', evidence),
      },
      call,
    );
  }
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

/** Everything but the country and its dialling code, which identify nobody. */
function personalPartsOf({ phoneCode: _code, address, ...person }: Person): readonly string[] {
  const { country: _country, ...place } = address;
  return [...Object.values(person), ...Object.values(place)];
}
