import { createHmac } from 'node:crypto';
import { type CallbacksFacet, type ReceivedCallback, Secret } from '@card-gateway/core';
import { apiSecret, openAccount, success } from './account.ts';

/** The account of the document's derived vector (keysecure.md §4.2). */
export const signing = { appId: 'test_api_key', timestamp: '1716307200000' };
const receivedAt = Number(signing.timestamp);

/** Signs a text that a test spells out, implemented from the document. */
export function signatureOf(text: string, secret: string = apiSecret): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

/** A callback as received, shortly after it was signed. */
export function received(
  body: string | Buffer,
  signature: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): ReceivedCallback {
  return {
    headers: {
      'content-type': 'application/json',
      timestamp: signing.timestamp,
      signature,
      'sign-version': 'V1',
      timezone: 'UTC+8',
      ...headers,
    },
    body: Buffer.from(body),
    receivedAt,
  };
}

/** The callbacks of the document's derived account, in authorization mode. */
export async function facet(settings: Readonly<Record<string, unknown>> = {}): Promise<CallbacksFacet> {
  const account = await openAccount(() => success({}));
  return account.adapter({ apiKey: new Secret(signing.appId), mode: 'authorization', ...settings }).callbacks;
}

/** Received data, beside the text that is signed. */
export interface Sample {
  readonly data: string;
  readonly text: string;
}

export const cardUpdate: Sample = {
  data: '{"card_no":"C202605220001","before_status":"Pending","after_status":"Activated","reason":"","time":1716307200000}',
  text: 'after_status=Activated&appId=test_api_key&before_status=Pending&card_no=C202605220001&reason=&time=1716307200000&timestamp=1716307200000',
};
export const consumption: Sample = {
  data: '{"consume_no":"T1","consume_relate_no":"","card_no":"C1","cardholder_no":"U1","type":"Consumption","amount":100.00,"local_amount":92.50,"local_currency":"EUR","fee":1.50,"remark":null,"detail":"Café","fee_detail":[{"fee_type":"Consume_fee","amount":1.50}],"merchant_info":{"merchant_name":"Shop","merchant_mcc":"5411","city":"Paris","country":"FR"},"status":"Success","time":1716307200000}',
  text: 'amount=100.00&appId=test_api_key&card_no=C1&cardholder_no=U1&consume_no=T1&consume_relate_no=&detail=Café&fee=1.50&fee_detail=[{"fee_type":"Consume_fee","amount":1.50}]&local_amount=92.50&local_currency=EUR&merchant_info={"merchant_name":"Shop","merchant_mcc":"5411","city":"Paris","country":"FR"}&status=Success&time=1716307200000&timestamp=1716307200000&type=Consumption',
};
/** A payment that waits for a decision. */
export const question: Sample = {
  data: '{"consume_no":"T1","card_no":"C1","cardholder_no":"U1","type":"Consumption","amount":100.00,"local_amount":92.50,"local_currency":"EUR","merchant_info":{"merchant_name":"Shop","merchant_mcc":"5411","city":"Paris","country":"FR"},"status":"Pending","time":1716307200000}',
  text: 'amount=100.00&appId=test_api_key&card_no=C1&cardholder_no=U1&consume_no=T1&local_amount=92.50&local_currency=EUR&merchant_info={"merchant_name":"Shop","merchant_mcc":"5411","city":"Paris","country":"FR"}&status=Pending&time=1716307200000&timestamp=1716307200000&type=Consumption',
};
/** A whole body around it. */
export const callbackBody = (action: string, data: string, id = 'push-1'): string =>
  `{"id":"${id}","action":"${action}","data":${data}}`;
