/** Where the gateway and the sandbox listen, and a key with `events:manage`. */
interface Places {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly sandboxUrl: string;
}

interface Destination {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Only in the answers that show it. */
  readonly secret?: string;
}

/** The destination is found again by this. */
const description = 'The sandbox, set up by start';
/** Name of the sandbox's receiver. */
export const receiver = 'default';

/**
 * Has the gateway post its events to a receiver of the sandbox, which is told the secret. What is there stays as it is, unless the
 * sandbox has moved, or has lost the secret.
 */
export async function keepDestination({ gatewayUrl, apiKey, sandboxUrl }: Places): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const gateway = <T>(method: string, path: string, body?: object): Promise<T> =>
    json(`${gatewayUrl}/v1/event-destinations${path}`, { method, headers, body });
  const sandbox = <T>(method: string, body?: object): Promise<T> =>
    json(`${sandboxUrl}/admin/receiver/${receiver}`, { method, headers: {}, body });

  const url = `${sandboxUrl}/events/${receiver}`;
  const { data } = await gateway<{ data: Destination[] }>('GET', '?limit=200');
  let kept = data.find((one) => one.description === description) ?? data.find((one) => one.url === url);
  if (kept === undefined) kept = await gateway<Destination>('POST', '', { url, description });
  else if (kept.url !== url) await gateway('PATCH', `/${kept.id}`, { url });

  let { secret } = kept;
  const { secrets } = await sandbox<{ secrets: number }>('GET');
  if (secret === undefined && secrets === 0) {
    ({ secret } = await gateway<Destination>('POST', `/${kept.id}/rotate-secret`));
  }
  if (secret !== undefined) await sandbox('POST', { secrets: [secret] });
}

async function json<T>(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: object | undefined },
): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}
