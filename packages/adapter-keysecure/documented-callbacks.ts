import type { CallbackField, DocumentedCallback } from '@card-gateway/adapter-kit';
import { authorizationOnly, withSecret } from './documented-calls.ts';
import type { KeySecureSettings } from './settings.ts';

const signed = [
  ['Timestamp', 'Unix milliseconds; signed.'],
  ['Signature', 'HMAC-SHA-256 in lower-case hex over `appId`, `timestamp` and the members of `data`.'],
  ['Sign-Version', '`V1`.'],
  ['Timezone', '`UTC+8`.'],
] as const;
const push: readonly CallbackField[] = [
  ['id', 'string', 'Id of the push; not signed, and ignored.'],
  ['action', 'string', 'Not signed; it must agree with the members of `data`.'],
];
const payment: readonly CallbackField[] = [
  ['data.consume_no', 'string', 'The transaction.'],
  ['data.card_no', 'string', "KeySecure's id of the card, which is not a card number."],
  ['data.cardholder_no', 'string', 'The cardholder.'],
  ['data.type', 'string', '`Open_card`, `Consumption`, `Atm`, `Manage_fee`, `Reversal` or `Refund`.'],
  ['data.amount', 'number', "In the card's currency."],
  ['data.local_amount', 'number', "In the merchant's currency."],
  ['data.local_currency', 'string', "The merchant's currency."],
  ['data.merchant_info', 'object', '`merchant_name`, `merchant_mcc`, `city`, `country`.'],
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
const accepted = { contentType: 'application/json', body: '{"code":0,"message":""}' };
const everyPush = { path: '/callbacks/{account}', headers: signed, needs: [withSecret] } as const;

/** KeySecure's callbacks (keysecure.md §11). */
export const documentedCallbacks: readonly DocumentedCallback<KeySecureSettings>[] = [
  {
    ...everyPush,
    name: 'Card_update',
    title: 'A card changed its status',
    section: '§11.3',
    about: "A card's status changed. The card takes the new status unless a newer one is known.",
    fields: [
      ...push,
      ['data.card_no', 'string', "KeySecure's id of the card, which is not a card number."],
      ['data.before_status', 'string', 'The previous status.'],
      ['data.after_status', 'string', '`Pending`, `ToActivate`, `Activated`, `Frozen`, `Delete` or `Fail`.'],
      ['data.reason', 'string', 'The reason.'],
      ['data.time', 'integer', 'When it changed, in Unix milliseconds.'],
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
    answer: { ...accepted, about: 'The callback is stored.' },
  },
  {
    ...everyPush,
    name: 'Consumption',
    title: 'A transaction was made or changed',
    section: '§11.2',
    about:
      'A transaction was created, changed or completed. It is stored under its `consume_no`; the latest by `time` counts.',
    fields: [
      ...push,
      ...payment,
      ['data.consume_relate_no', 'string', 'The transaction that a reversal or refund belongs to.'],
      ['data.fee', 'number', 'Sum of `fee_detail`.'],
      ['data.fee_detail', 'array', 'Each `fee_type` with its `amount`.'],
      ['data.remark', 'string', 'A remark.'],
      ['data.detail', 'string', 'Details.'],
      ['data.status', 'string', '`Pending`, `Success` or `Fail`.'],
      ['data.time', 'integer', 'When the record last changed, in Unix milliseconds.'],
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
    answer: { ...accepted, about: 'The callback is stored.' },
  },
  {
    ...everyPush,
    name: 'Auth',
    title: 'A payment waits for a decision',
    section: '§11.1',
    needs: [authorizationOnly, withSecret],
    about:
      'A payment waits for a decision, in authorization mode. It is answered within 700 ms by the account’s setting ' +
      '`authorization`: a fixed answer, or that of your decision service, which is asked by a POST signed by Standard Webhooks and answers ' +
      '`{"decision":"approve"}` or `{"decision":"decline"}`. The decision is stored first; a repeated push gets the same. A late or broken service declines.',
    fields: [
      ...push,
      ...payment,
      ['data.status', 'string', 'Always `Pending`.'],
      ['data.time', 'integer', 'When, in Unix milliseconds.'],
    ],
    example: { id: '7423', action: 'Auth', data: { ...paid, status: 'Pending', time: 1716307200000 } },
    answer: { ...accepted, about: '`code` 0 approves; any other declines, and `message` says so.' },
  },
];
