import { doneIf } from '@card-gateway/adapter-kit';
import {
  type CardholderApplication,
  type CardholdersFacet,
  type CardholderStatus,
  done,
  type Evidence,
  type Outcome,
  type ProviderCall,
  type ProviderCardholder,
  refused,
  unknown,
} from '@card-gateway/core';
import type { z } from 'zod';
import type { Ask } from './client.ts';
import { reconciledByNumber } from './look-up.ts';
import type { KeySecureSettings } from './settings.ts';
import { cardholderApplied, cardholderData, type WireCardholder } from './wire.ts';

/** keysecure.md §9, set 8.8. */
const statuses: ReadonlyMap<string, CardholderStatus> = new Map([
  ['Pending', 'pending'],
  ['In_progress', 'in_review'],
  ['Approved', 'approved'],
  ['Rejected', 'rejected'],
]);

/** Identity checks done at Sumsub and transferred by share token (keysecure.md §6.2–6.4). */
export function cardholdersFacet(ask: Ask, settings: KeySecureSettings): CardholdersFacet {
  async function applied<T>(
    { reference, identity }: CardholderApplication,
    number: string | null,
    interpret: (data: z.output<typeof cardholderApplied>, evidence: Evidence) => Outcome<T>,
    call: ProviderCall,
  ): Promise<Outcome<T>> {
    if (identity.kind !== 'sumsub')
      return refused('unsupported', { message: 'KeySecure takes a share token of Sumsub' });
    const shareToken = identity.shareToken.reveal();
    return await ask(
      {
        method: 'POST',
        path: 'cardholder/apply',
        effect: 'write',
        body: {
          ...(number === null ? {} : { cardholder_no: number }),
          cardholder_unique_no: reference,
          sumsub_share_token: shareToken,
        },
        hide: [shareToken],
        data: cardholderApplied,
        interpret: (data, evidence) =>
          data.cardholder_unique_no === reference ? interpret(data, evidence) : unknown('unreadable_answer', evidence),
      },
      call,
    );
  }

  return {
    applications: ['sumsub'],

    apply: (application, call) =>
      applied(application, null, (data, evidence) => done({ providerRef: data.cardholder_no }, evidence), call),

    // The same call with the cardholder's number updates it (§6.2).
    reapply: (application, call) =>
      applied(
        application,
        application.providerRef,
        (data, evidence) => doneIf(data.cardholder_no === application.providerRef, null, evidence),
        call,
      ),

    reconciliation: reconciledByNumber(ask, settings, {
      path: 'cardholder/list',
      number: 'cardholder_unique_no',
      row: cardholderData,
      value: toCardholder,
    }),

    async read(providerRef, call) {
      return await ask(
        {
          method: 'GET',
          path: 'cardholder/{id}/info',
          id: providerRef,
          effect: 'read',
          data: cardholderData,
          interpret: (data, evidence) => doneIf(data.cardholder_no === providerRef, toCardholder(data), evidence),
        },
        call,
      );
    },
  };
}

function toCardholder(data: WireCardholder): ProviderCardholder {
  return {
    providerRef: data.cardholder_no,
    ourReference: data.cardholder_unique_no ?? null,
    status: statuses.get(data.status) ?? 'unrecognized',
    providerStatus: data.status,
    ...(data.fail_reason === undefined ? {} : { failReason: data.fail_reason }),
  };
}
