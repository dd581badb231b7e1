import {
  type CardholdersFacet,
  type CardholderStatus,
  done,
  type ProviderCardholder,
  redact,
  unknown,
} from '@card-gateway/core';
import type { KeySecureClient } from './client.ts';
import { settledByNumber } from './look-up.ts';
import type { KeySecureSettings } from './settings.ts';
import { cardholderApplied, cardholderData, type WireCardholder } from './wire.ts';

/** keysecure.md §9, set 8.8. */
const statuses: ReadonlyMap<string, CardholderStatus> = new Map([
  ['Pending', 'pending'],
  ['In_progress', 'in_review'],
  ['Approved', 'approved'],
  ['Rejected', 'rejected'],
]);

/** Identity checks done at Sumsub and handed over by share token (keysecure.md §6.2–6.4). */
export function cardholders(client: KeySecureClient, settings: KeySecureSettings): CardholdersFacet {
  return {
    async apply(application, call) {
      const shareToken = application.sumsubShareToken.reveal();
      return await client.call(
        {
          method: 'POST',
          path: 'cardholder/apply',
          effect: 'write',
          body: { cardholder_unique_no: application.reference, sumsub_share_token: shareToken },
          hide: [shareToken],
          data: cardholderApplied,
          judge: (data, evidence) =>
            data.cardholder_unique_no === application.reference
              ? done({ providerRef: data.cardholder_no }, evidence)
              : unknown('unreadable_answer', evidence),
        },
        call,
      );
    },

    settlement: settledByNumber(client, settings, {
      path: 'cardholder/list',
      number: 'cardholder_unique_no',
      row: cardholderData,
      value: toCardholder,
    }),

    async read(providerRef, call) {
      return await client.call(
        {
          method: 'GET',
          path: 'cardholder/{id}/info',
          id: providerRef,
          effect: 'read',
          data: cardholderData,
          judge: (data, evidence) =>
            data.cardholder_no === providerRef
              ? done(toCardholder(data), evidence)
              : unknown('unreadable_answer', evidence),
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
    ...(data.fail_reason === undefined ? {} : { failReason: redact(data.fail_reason) }),
  };
}
