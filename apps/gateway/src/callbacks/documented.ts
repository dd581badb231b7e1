/** One field of a callback: its name, its JSON type and what it says. */
type Field = readonly [name: string, type: 'string' | 'number' | 'integer' | 'object' | 'array', about: string];

/** A callback as its provider's document describes it (`docs/providers/contracts`). */
export interface DocumentedCallback {
  /** Unique among all, in the form of an operation's id. */
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly path: '/callbacks/{account}' | '/callbacks/{account}/{secret}';
  readonly headers: readonly (readonly [name: string, about: string])[];
  readonly fields: readonly Field[];
  /** Member under which the fields stand, beside `outer`; null where they are the body. */
  readonly under: string | null;
  readonly outer: readonly Field[];
  readonly example: unknown;
  /** The answer that the provider demands. */
  readonly answer: { readonly contentType: string; readonly body: unknown; readonly about: string };
}

const signed = [
  ['Timestamp', 'Unix milliseconds; part of what is signed.'],
  ['Signature', 'HMAC-SHA-256 in lower-case hex over `appId`, `timestamp` and the members of `data`.'],
  ['Sign-Version', '`V1`.'],
  ['Timezone', '`UTC+8`.'],
] as const;
const push: readonly Field[] = [
  ['id', 'string', 'Id of the push. It is not signed and decides nothing.'],
  ['action', 'string', 'It is not signed, and must agree with the members of `data`.'],
];
const payment: readonly Field[] = [
  ['consume_no', 'string', 'The transaction.'],
  ['card_no', 'string', 'The card by its number at KeySecure, which is no card number.'],
  ['cardholder_no', 'string', 'The cardholder.'],
  ['type', 'string', '`Open_card`, `Consumption`, `Atm`, `Manage_fee`, `Reversal` or `Refund`.'],
  ['amount', 'number', "In the card's currency."],
  ['local_amount', 'number', "In the merchant's currency."],
  ['local_currency', 'string', "The merchant's currency."],
  ['merchant_info', 'object', '`merchant_name`, `merchant_mcc`, `city`, `country`.'],
];
const paid = {
  consume_no: 'X2026052200010001',
  card_no: 'C202605220001',
  cardholder_no: 'H202605220001',
  type: 'Consumption',
  amount: 20.5,
  local_amount: 20.5,
  local_currency: 'USD',
  merchant_info: { merchant_name: 'A Shop', merchant_mcc: '5411', city: 'London', country: 'GB' },
};
const accepted = { contentType: 'application/json', body: { code: 0, message: '' } };
const keysecure = { path: '/callbacks/{account}', headers: signed, under: 'data', outer: push } as const;

/** What the providers send, in the order of the portal. */
export const documentedCallbacks: readonly DocumentedCallback[] = [
  {
    ...keysecure,
    id: 'keysecureCardUpdate',
    summary: 'KeySecure: Card_update',
    description: "A card's status changed (keysecure.md §11.3). The card gets it, unless something newer is known.",
    fields: [
      ['card_no', 'string', 'The card by its number at KeySecure, which is no card number.'],
      ['before_status', 'string', 'The status before.'],
      ['after_status', 'string', '`Pending`, `ToActivate`, `Activated`, `Frozen`, `Delete` or `Fail`.'],
      ['reason', 'string', 'Why.'],
      ['time', 'integer', 'When it changed, in Unix milliseconds.'],
    ],
    example: {
      id: '7421',
      action: 'Card_update',
      data: {
        card_no: 'C202605220001',
        before_status: 'Pending',
        after_status: 'Activated',
        reason: '',
        time: 1716307200000,
      },
    },
    answer: { ...accepted, about: 'It is stored.' },
  },
  {
    ...keysecure,
    id: 'keysecureConsumption',
    summary: 'KeySecure: Consumption',
    description:
      'A transaction was made, changed or filled in (keysecure.md §11.2). It is stored under its `consume_no`; the latest by `time` counts.',
    fields: [
      ...payment,
      ['consume_relate_no', 'string', 'The transaction that a reversal or refund belongs to.'],
      ['fee', 'number', 'Sum of `fee_detail`.'],
      ['fee_detail', 'array', 'Each `fee_type` with its `amount`.'],
      ['remark', 'string', 'A remark.'],
      ['detail', 'string', 'Details.'],
      ['status', 'string', '`Pending`, `Success` or `Fail`.'],
      ['time', 'integer', 'When the record last changed, in Unix milliseconds.'],
    ],
    example: {
      id: '7422',
      action: 'Consumption',
      data: {
        ...paid,
        consume_relate_no: '',
        fee: 0.5,
        fee_detail: [{ fee_type: 'Consume_fee', amount: 0.5 }],
        remark: '',
        detail: '',
        status: 'Success',
        time: 1716307200000,
      },
    },
    answer: { ...accepted, about: 'It is stored.' },
  },
  {
    ...keysecure,
    id: 'keysecureAuth',
    summary: 'KeySecure: Auth',
    description:
      'A payment waits for a decision (keysecure.md §11.1), in authorization mode. It is answered within 700 ms by the account’s setting ' +
      '`authorization`: a fixed answer, or that of your decision service, which is asked by a POST signed by Standard Webhooks and answers ' +
      '`{"decision":"approve"}` or `{"decision":"decline"}`. The decision is stored first; a repeated push gets the same. A late or broken service declines.',
    fields: [...payment, ['status', 'string', 'Always `Pending`.'], ['time', 'integer', 'When, in Unix milliseconds.']],
    example: { id: '7423', action: 'Auth', data: { ...paid, status: 'Pending', time: 1716307200000 } },
    answer: { ...accepted, about: '`code` 0 approves; any other declines, and `message` says so.' },
  },
  {
    id: 'openApiCardStatus',
    summary: 'OPEN-API: card status',
    description:
      "A card's status changed (open-api-issuer.md §5.1). Nothing signs it, so that its URL ends with the account's secret path, and nothing " +
      'of it is believed: the card is read again. Number, CVV and PIN that it carries are not kept.',
    path: '/callbacks/{account}/{secret}',
    headers: [],
    under: 'data',
    outer: [['eventTag', 'string', '`card.status.active`, `card.status.freeze`, … Where it stands is not published.']],
    fields: [
      ['card_id', 'string', 'The card.'],
      ['status', 'integer', 'Its status, from 1 to 7.'],
      ['use_at', 'string', 'When it was activated.'],
      ['close_at', 'string', 'When its cancellation was asked for.'],
      ['end_at', 'string', 'When it came to its end.'],
    ],
    example: {
      eventTag: 'card.status.freeze',
      data: { card_id: 'cid_sxdwXPRxtXt6Ch4n', status: 3, use_at: '2025-03-03 02:42:11', close_at: '', end_at: '' },
    },
    answer: {
      contentType: 'application/json',
      body: { code: 0, message: 'success' },
      about: "It is stored. The answer is the account's setting `acknowledgement`, because none is published.",
    },
  },
  {
    id: 'onerwayNotification',
    summary: 'Onerway: TXN, BIND_CARD',
    description:
      'A transaction came to its result (onerway.md §6). `BIND_CARD`, and whatever carries a `tokenId`, makes the bindings of its user be ' +
      'listed again where the user is known; all else is kept. One with a field that no document names, or that is not in its form, is refused.',
    path: '/callbacks/{account}',
    headers: [],
    under: null,
    outer: [],
    fields: [
      ['notifyType', 'string', '`TXN`, `REFUND_AUDIT`, `CANCEL` or `CHARGEBACK`.'],
      ['txnType', 'string', '`SALE`, `REFUND`, `BIND_CARD`, …'],
      ['transactionId', 'string', 'The transaction; the answer repeats it.'],
      ['merchantNo', 'string', 'The merchant.'],
      ['status', 'string', '`S` or `F`.'],
      ['tokenId', 'string', 'The token, where there is one; always with `BIND_CARD`.'],
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
      about: 'It is stored: the bare `transactionId`, without quotes.',
    },
  },
];
