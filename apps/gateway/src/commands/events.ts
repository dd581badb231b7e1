import { randomBytes } from 'node:crypto';
import { openTransport } from '@card-gateway/adapter-kit';
import {
  type Client,
  createClient,
  CursorExpired,
  type FeedEvent,
  GatewayProblem,
  GatewayUnreachable,
} from '@card-gateway/client';
import { Secret } from '@card-gateway/core';
import { readSettings } from '../config.ts';
import { isWebhookSecret, signWebhook, webhookKey, webhookSecretRule } from '../secrets.ts';
import type { Given, Terminal } from './command.ts';
import { pastOf } from './expiry.ts';
import { UsageError } from './usage.ts';

/** Prints each event. @throws UsageError if the feed cannot be read */
export async function tail(terminal: Terminal, given: Given): Promise<void> {
  const isJson = given.switches.has('json');
  await eachEvent(terminal, given, (event) => {
    terminal.print(isJson ? JSON.stringify(event) : lineOf(event));
  });
}

/** What a person wants to see of an event: what happened to what, and what it was before. */
function lineOf({ createdAt, type, subject, subjectVersion, account, data, previous }: FeedEvent): string {
  const now = data as Readonly<Record<string, unknown>> | null;
  const changes = Object.entries(previous ?? {}).map(([name, before]) =>
    isPlain(before) && isPlain(now?.[name]) ? `${name} ${String(before)} → ${String(now?.[name])}` : name,
  );
  return [createdAt, type.padEnd(24), subject, `v${subjectVersion}`, account ?? '-', changes.join(', ')]
    .join('  ')
    .trimEnd();
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

const timeoutMs = 10_000;

/** Posts each event as a destination gets it. @throws UsageError if the feed cannot be read, or an option is invalid */
export async function listen(terminal: Terminal, given: Given): Promise<void> {
  const url = forwardUrl(given.values['forward-to']);
  const { secret: wanted = `whsec_${randomBytes(32).toString('base64')}` } = given.values;
  const secret = new Secret(wanted);
  if (!isWebhookSecret(secret)) throw new UsageError(`--secret: ${webhookSecretRule}.`);
  const key = webhookKey(secret);
  const transport = openTransport({ connections: 1, connectTimeoutMs: timeoutMs, maxResponseBytes: 1_000_000 });
  terminal.remark(`Events are posted to ${url}.`);
  if (given.values['secret'] === undefined) terminal.remark(`Verify them with the secret ${wanted}`);
  try {
    await eachEvent(terminal, given, async (event, before) => {
      const body = JSON.stringify(event);
      const exchange = await transport.send({
        operation: 'event',
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          ...signWebhook([key], { id: event.id, at: new Date().getTime(), body }),
        },
        body,
        timeoutMs,
      });
      const result = exchange.kind === 'answered' ? String(exchange.status) : exchange.cause;
      const isAccepted = exchange.kind === 'answered' && exchange.status >= 200 && exchange.status < 300;
      const again = isAccepted ? '' : `  not accepted; again from here: --after ${before}`;
      terminal.print(`${result.padEnd(4)} ${event.type.padEnd(24)}  ${event.subject}  ${event.id}${again}`);
    });
  } finally {
    await transport.close();
  }
}

function forwardUrl(text: string | undefined): string {
  const url = URL.parse(text ?? '');
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw new UsageError('--forward-to: expected the URL of your service, e.g. http://localhost:3000/hooks.');
}

/**
 * Hands over each event until the person interrupts, and then tells the cursor to go on with.
 *
 * @param handle its second argument is the cursor before the event
 */
async function eachEvent(
  terminal: Terminal,
  { values }: Given,
  handle: (event: FeedEvent, before: string) => Promise<void> | void,
): Promise<void> {
  const { client, url } = clientOf(terminal);
  const from = values['after'] ?? 'latest';
  let cursor = from;
  try {
    const events = client.events({
      after: from === 'oldest' ? undefined : from,
      types: values['types']?.split(','),
      account: values['account'],
      subject: values['subject'],
      signal: terminal.untilInterrupted?.(),
      onPage: (place) => {
        cursor = place;
      },
      onRetry: (error, pauseMs) =>
        terminal.remark(`${told(error, url)}. Trying again in ${(pauseMs / 1000).toFixed(1)} s.`),
    });
    for await (const event of events) {
      await handle(event, cursor);
      cursor = event.cursor;
    }
    if (cursor !== from) terminal.remark(`To go on from here: --after ${cursor}`);
  } catch (error) {
    if (error instanceof CursorExpired) {
      throw new UsageError(`--after: ${error.message} The oldest event that is kept: --after ${error.oldestCursor}`);
    }
    throw asUsage(error, url);
  } finally {
    await client.close();
  }
}

/** Has a destination get events of the past once more. @throws UsageError if that is refused, or an option is invalid */
export async function replay(terminal: Terminal, { argument, values, switches }: Given): Promise<void> {
  const now = new Date().getTime();
  const { after, before, types } = values;
  if (argument === undefined) throw new UsageError('Expected the id of a destination: dest_…');
  if (after === undefined) throw new UsageError('--after: expected since when, e.g. 2h or 2027-01-31T12:00:00Z.');
  const body = {
    after: pastOf('--after', after, now).toISOString(),
    ...(before !== undefined && { before: pastOf('--before', before, now).toISOString() }),
    ...(types !== undefined && { types: types.split(',') }),
    ...(switches.has('only-failed') && { onlyFailed: true }),
  };
  const { client, url } = clientOf(terminal);
  try {
    const destination = await client.replayEvents({ params: { id: argument }, body });
    const which = switches.has('only-failed') ? 'Events that did not get through' : 'Events';
    terminal.print(
      `${which} from ${body.after} to ${body.before ?? 'now'} are posted once more to ${destination.url}.`,
    );
  } catch (error) {
    throw asUsage(error, url);
  } finally {
    await client.close();
  }
}

function asUsage(error: unknown, url: string): unknown {
  const isTold = error instanceof GatewayProblem || error instanceof GatewayUnreachable;
  return isTold ? new UsageError(told(error, url)) : error;
}

function told(error: Error, url: string): string {
  return error instanceof GatewayUnreachable
    ? `${error.message} at ${url}; if it is elsewhere, set GATEWAY_URL`
    : error.message;
}

function clientOf({ environment }: Terminal): { readonly client: Client; readonly url: string } {
  const settings = readSettings(['GATEWAY_URL', 'GATEWAY_API_KEY', 'PORT'], environment);
  if (settings.GATEWAY_API_KEY === '') {
    throw new UsageError(
      "GATEWAY_API_KEY is not set, nor is GATEWAY_API_KEY_FILE. Make a key with: gateway keys create --caller <you> --scopes <what this command's --help names>",
    );
  }
  const url = settings.GATEWAY_URL === '' ? `http://127.0.0.1:${settings.PORT}` : settings.GATEWAY_URL;
  return { client: createClient({ baseUrl: url, apiKey: settings.GATEWAY_API_KEY }), url };
}
