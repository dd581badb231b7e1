import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { Secret } from '@card-gateway/core';
import type { TestGatewayOptions } from './gateway.ts';

/** The last segment of the callback URL of OPEN-API, which signs nothing. */
export const secretPath = randomBytes(24).toString('hex');

/** Accounts as most tests of callbacks have them. */
export const takingCallbacks: TestGatewayOptions['callbacks'] = (name) =>
  name === 'open-api' ? { callbacks: { secretPath: new Secret(secretPath) } } : {};

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** POSTs these very bytes. */
export function post(
  url: string,
  message: { readonly headers?: Readonly<Record<string, string>>; readonly body: string | Buffer },
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(message.body);
    const sent = request(
      url,
      { method: 'POST', headers: { ...message.headers, 'content-length': body.length } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
