import type { DocumentedCallback } from '@card-gateway/adapter-kit';
import { txnTypes } from './callback-fields.ts';
import type { OnerwaySettings } from './settings.ts';

/** Onerway's notifications (onerway.md §6). */
export const documentedCallbacks: readonly DocumentedCallback<OnerwaySettings>[] = [
  {
    name: 'TXN, REFUND_AUDIT, CANCEL, CHARGEBACK',
    kinds: txnTypes,
    title: 'A transaction came to its result, or was refunded, cancelled or charged back',
    section: '§6',
    about:
      'The result of a transaction. `BIND_CARD`, and any notification with a `tokenId`, makes the gateway read the bindings of its user again, ' +
      'if the user is known; any other is only stored. A notification with an undocumented field, or a field in another form, is refused.',
    path: '/callbacks/{account}',
    headers: [],
    fields: [
      ['notifyType', 'string', '`TXN`, `REFUND_AUDIT`, `CANCEL` or `CHARGEBACK`.'],
      ['txnType', 'string', '`SALE`, `REFUND`, `BIND_CARD`, …'],
      ['transactionId', 'string', 'The transaction; the answer repeats it.'],
      ['merchantNo', 'string', 'The merchant.'],
      ['status', 'string', '`S` or `F`.'],
      ['tokenId', 'string', 'The token, if there is one; always with `BIND_CARD`.'],
      ['sign', 'string', 'SHA-256 in hex over the values of all but the excluded fields, and the secret.'],
    ],
    example: {
      notifyType: 'TXN',
      txnType: 'BIND_CARD',
      transactionId: '1798262509925699584',
      merchantNo: '800277',
      status: 'S',
      tokenId: 'f3a3e62026eab515003c3ee30ebf32386dbf6feb20fc556f3e2646b85ab5347d',
      sign: 'fa58c37f1d7fd1e249c6bcc427aa335aa2d7335389908488e8a7f96f54c59485',
    },
    answer: {
      contentType: 'text/plain',
      body: '1798262509925699584',
      about: 'The callback is stored; the bare `transactionId`, without quotes.',
    },
  },
];
