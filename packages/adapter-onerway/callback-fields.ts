/** Whether a value has the documented form of its field. */
type Form = (value: string) => boolean;

const like =
  (shape: RegExp): Form =>
  (value) =>
    shape.test(value);
const oneOf =
  (...words: readonly string[]): Form =>
  (value) =>
    words.includes(value);

/** Free text of limited length, without control characters. */
const text =
  (longest: number): Form =>
  (value) =>
    value.length <= longest && !/\p{Cc}/u.test(value);
/** JSON text within the text (§6.1). */
const jsonText =
  (longest: number): Form =>
  (value) => {
    try {
      return value.length <= longest && typeof JSON.parse(value) === 'object';
    } catch {
      return false;
    }
  };

/** Every id of the samples has 19 digits (trap 7). */
const id = like(/^\d{19}$/);
const amount = like(/^(?=.{1,19}$)-?(?:0|[1-9]\d*)(?:\.\d+)?$/);
const currency = like(/^[A-Z]{3}$/);
const localTime = like(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
/** Their form is not published. */
const someTime = like(/^\d{4}[\d :/T.+Z-]{4,28}$/);
const letter = like(/^[A-Z]$/);

/** What a notification may be about (§6.2). */
export const txnTypes: readonly string[] = ['SALE', 'REFUND', 'BIND_CARD', 'AUTH', 'PRE_AUTH', 'CAPTURE', 'VOID'];

/**
 * The fields of a notification (§6.2) and their forms. Values are signed without names and boundaries (trap 4): anyone with a
 * genuine notification can split its signed text into other fields. So each field must be one of these, and have its form.
 */
const forms: Readonly<Record<string, Form>> = {
  notifyType: oneOf('TXN', 'REFUND_AUDIT', 'CANCEL', 'CHARGEBACK'),
  txnType: oneOf(...txnTypes),
  transactionId: id,
  originTransactionId: id,
  merchantTxnId: text(64),
  originMerchantTxnId: text(64),
  merchantNo: like(/^\d{1,20}$/),
  responseTime: localTime,
  txnTime: localTime,
  txnTimeZone: like(/^[+-]\d\d:\d\d$/),
  orderAmount: amount,
  orderCurrency: currency,
  txnAmount: amount,
  txnCurrency: currency,
  settleRate: amount,
  customsDeclarationAmount: amount,
  customsDeclarationCurrency: currency,
  paymentMethod: text(64),
  walletTypeName: text(64),
  status: letter,
  reason: jsonText(512),
  periodValue: text(64),
  contractId: id,
  /** Opaque, and up to 300 characters according to the table. */
  tokenId: like(/^[\x21-\x7e]{1,300}$/),
  tokenExpireTime: someTime,
  eci: like(/^\d{1,2}$/),
  paymentId: like(/^\w{1,64}$/),
  paymentStatus: letter,
  cardBinCountry: like(/^[A-Z]{2,3}$/),
  paymentMethodDetails: jsonText(4096),
  scenarios: like(/^[A-Z]+(?:_[A-Z]+)+$/),
  dataStatus: like(/^[0-3]$/),
  subscriptionStatus: oneOf('trialing', 'paymentdue', 'active', 'pastdue', 'paused', 'canceled', 'ended'),
  products: jsonText(8192),
};

/** These appear with a `CHARGEBACK`. */
const chargebackForms: Readonly<Record<string, Form>> = {
  chargebackDate: someTime,
  importTime: someTime,
  appealDueTime: someTime,
  chargebackAmount: amount,
  chargebackCurrency: currency,
  chargebackStatus: oneOf('NEW', 'FA', 'FAF', 'FAS', 'FAT', 'SA', 'SAF', 'SAS', 'SAT', 'ACCEPT', 'REVOKE', 'DELETE'),
  chargebackArn: like(/^\w{1,64}$/),
  chargebackCode: like(/^[\w.-]{1,32}$/),
  chargebackReason: text(512),
};

/** Each of these gives the other its meaning. */
const pairs = [
  ['orderAmount', 'orderCurrency'],
  ['txnAmount', 'txnCurrency'],
  ['chargebackAmount', 'chargebackCurrency'],
] as const;

/** The signed fields of a notification by name; empty and null ones are not signed, and omitted. */
export type SignedFields = Readonly<Record<string, string>>;

/** 64 hexadecimal digits: the form of `tokenId` in every sample. */
const sampleToken = like(/^[0-9a-f]{64}$/);

export interface Expected {
  /** Additional fields beyond the documented ones: free text. */
  readonly others: readonly string[];
  /** Accepts tokens of any form, in which case a notification may have been re-split around one. */
  readonly anyToken: boolean;
}

/** Whether these are the fields of a documented notification. */
export function isDocumented(fields: SignedFields, { others, anyToken }: Expected): boolean {
  const { notifyType, txnType, status, chargebackStatus, tokenId } = fields;
  const hasForm = Object.entries(fields).every(([name, value]) => {
    if (others.includes(name)) return text(512)(value);
    const known = Object.hasOwn(forms, name) ? forms : notifyType === 'CHARGEBACK' ? chargebackForms : {};
    return Object.hasOwn(known, name) && known[name]?.(value) === true;
  });
  if (!hasForm || fields['transactionId'] === undefined || fields['merchantNo'] === undefined) return false;
  if (pairs.some(([one, other]) => Object.hasOwn(fields, one) !== Object.hasOwn(fields, other))) return false;
  if (tokenId === undefined ? txnType === 'BIND_CARD' : !anyToken && !sampleToken(tokenId)) return false;
  if (notifyType === 'TXN') return txnType !== undefined && status !== undefined;
  return notifyType !== undefined && (notifyType !== 'CHARGEBACK' || chargebackStatus !== undefined);
}

/** The zone of times without one [assumed: that of queries, trap 16]. */
const usualZone = '+08:00';

/**
 * The latest of a notification's times, in Unix milliseconds; null if it has none. The document says neither which times are
 * always present, nor that `txnTimeZone` is the zone of all of them: the latter is assumed.
 */
export function toldAt(fields: SignedFields): number | null {
  const zone = fields['txnTimeZone'] ?? usualZone;
  const times = ['responseTime', 'txnTime', 'importTime', 'chargebackDate']
    .map((name) => fields[name] ?? '')
    .filter(localTime)
    .map((time) => Date.parse(`${time.replace(' ', 'T')}${zone}`))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? null : Math.max(...times);
}
