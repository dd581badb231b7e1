import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** The message on the wire. The body is bytes, so that a forged one need not be text. */
export interface Message {
  headers: Record<string, string>;
  body: Buffer;
}

/** The answer, or why there was none. */
export interface Answer {
  status: number | null;
  body: string;
  error: string | null;
}

/** One POST on a new connection: a kept one that the merchant closed meanwhile would count as "not answered". */
export function deliver(url: string, message: Message, timeoutMs: number, stop: AbortSignal): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const deadline = AbortSignal.timeout(timeoutMs);
  const failed = (error: Error) =>
    resolve({
      status: null,
      body: '',
      error: deadline.aborted ? 'timeout' : ((error as NodeJS.ErrnoException).code ?? error.message),
    });
  try {
    const open = url.startsWith('https:') ? overHttps : overHttp;
    const outgoing = open(url, {
      method: 'POST',
      agent: false,
      headers: { ...message.headers, 'Content-Length': message.body.length },
      signal: AbortSignal.any([stop, deadline]),
    });
    outgoing.on('error', failed);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', failed);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? null, body: Buffer.concat(chunks).toString('utf8'), error: null }),
      );
    });
    outgoing.end(message.body);
  } catch (error) {
    // A forged header can contain a character that HTTP cannot carry.
    failed(error as Error);
  }
  return promise;
}
