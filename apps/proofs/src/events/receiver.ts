import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTransport } from '@card-gateway/adapter-kit';
import type { Client } from '@card-gateway/client';
import type { DeliveryRow, ReceiverSummary, ScriptedAnswer } from '@card-gateway/sandbox';
import { start } from '../bench/process.ts';

/** A receiver of the sandbox, in a process of its own: what a destination waits for must not be another one's receiver. */
export interface Receiver {
  readonly name: string;
  /** Of its destination. */
  readonly id: string;
  summary(): Promise<ReceiverSummary>;
  rows(): Promise<readonly DeliveryRow[]>;
  answer(how: ScriptedAnswer): Promise<void>;
  clearAnswers(): Promise<void>;
}

/** Some 200 bytes of each post that is kept. */
const longestAnswerBytes = 2 ** 28;
const longestAnswerMs = 30_000;
const main = join(import.meta.dirname, '../../../sandbox/src/main.ts');

/** Starts a receiver, and creates its destination. @param undo ends it */
export async function addReceiver(client: Client, name: string, undo: AsyncDisposableStack): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-receiver-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const running = await start({
    name,
    words: () => [main],
    folder,
    environment: (port) => ({ SANDBOX_PORT: String(port) }),
    log: join(folder, 'receiver.log'),
  });
  undo.defer(() => running.stop());
  const transport = openTransport({ connections: 1, connectTimeoutMs: 1000, maxResponseBytes: longestAnswerBytes });
  undo.defer(() => transport.close());
  const address = `http://127.0.0.1:${running.port}`;
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const exchanged = await transport.send({
      operation: 'receiver',
      method,
      url: `${address}/admin/receiver/${name}${path}`,
      headers: {},
      body: body === undefined ? null : JSON.stringify(body),
      timeoutMs: longestAnswerMs,
    });
    if (exchanged.kind === 'answered' && exchanged.status === 200) return JSON.parse(exchanged.body);
    throw new Error(`The receiver "${name}" does not answer: ${JSON.stringify(exchanged)}`);
  };
  const { id, secret } = await client.createEventDestination({ body: { url: `${address}/events/${name}` } });
  await ask('POST', '', { secrets: [secret], keep: 'compact' });
  return {
    name,
    id,
    summary: async () => (await ask('GET', '')) as ReceiverSummary,
    rows: async () => (await ask('GET', '/rows')) as DeliveryRow[],
    answer: async (how) => void (await ask('POST', '/answers', how)),
    clearAnswers: async () => void (await ask('DELETE', '/answers')),
  };
}
