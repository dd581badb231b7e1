import { decisionRequestExample } from '@card-gateway/contract';
import type { Json } from './document.ts';

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: string, more: Json): Json => ({
  content: { 'application/json': { schema: ref(schema), ...more } },
});

/** A header that each of the gateway's own requests has. */
export function header(name: string, description: string, example: string): Json {
  return { name, in: 'header', required: true, description, schema: { type: 'string' }, example };
}

/** Makes tools for sending requests, and the portal's reference, skip an operation. */
export const leftOut = 'x-internal';

/** The OpenAPI `webhooks`: requests that the gateway sends to the operator's services. */
export const webhooks: Json = {
  'authorization.requested': {
    post: {
      operationId: 'authorizationRequested',
      tags: ['Decisions'],
      summary: 'Decide about a payment',
      description:
        'Sent to the `authorization.url` of an account whose provider asks about each payment. ' +
        'Answer with 2xx and a `decision` within `authorization.timeoutMs`, 500 ms unless it is set: how long the provider waits in all is `requirements.decisionTimeMs` of the account. ' +
        'A late answer, another status, and a body that is anything else decline the payment.\n\n' +
        'It is signed by Standard Webhooks 1.0: `webhook-signature` is `v1,` and the base64 of the HMAC-SHA-256, with the bytes behind ' +
        '`whsec_` of `authorization.secret` as the key, over `<webhook-id>.<webhook-timestamp>.<body>`. Compare it in constant time, over ' +
        'the body as it came, and refuse a `webhook-timestamp` that is more than five minutes from your clock. `verifyDecisionRequest()` ' +
        'of the TypeScript client does that.\n\n' +
        'A payment that is asked about again has the same `webhook-id`: give it the answer that you gave first. What was decided counts; ' +
        'what became of the payment comes later as a transaction whose `providerRef` is `transactionRef`.',
      security: [],
      // openapi-generator would generate a client call, which in Python does not compile. The portal's copy of the document
      // omits this.
      [leftOut]: true,
      parameters: [
        header('webhook-id', 'The same for the same payment.', 'auth_2f9c7b1e0d8a4c6f9b3e5d7a1c2e4f60'),
        header('webhook-timestamp', 'When it was signed, in Unix seconds.', '1795428000'),
        header(
          'webhook-signature',
          '`v1,` and the signature in base64.',
          'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        ),
      ],
      requestBody: {
        required: true,
        ...json('DecisionRequest', { example: decisionRequestExample }),
      },
      responses: {
        '200': {
          description: 'The decision.',
          ...json('DecisionAnswerInput', {
            examples: {
              approve: { summary: 'The payment may be made', value: { decision: 'approve' } },
              decline: { summary: 'The payment is declined', value: { decision: 'decline' } },
            },
          }),
        },
      },
    },
  },
};
