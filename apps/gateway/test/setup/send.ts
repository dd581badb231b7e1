/** An answer with nothing left out. */
export interface RawAnswer {
  readonly status: number;
  readonly replayed: boolean;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly headers: string;
  readonly text: string;
  readonly body: Record<string, unknown> & { readonly id?: string; readonly code?: string };
}

export interface RawRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly idempotencyKey?: string;
  readonly body?: unknown;
}

/** Sends what a client would not: any body under any key. Shows the headers of a problem too. */
export async function send(url: string, apiKey: string, request: RawRequest): Promise<RawAnswer> {
  const answer = await fetch(url + request.path, {
    method: request.method ?? 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...(request.idempotencyKey !== undefined && { 'idempotency-key': request.idempotencyKey }),
    },
    ...(request.body !== undefined && {
      body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
    }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    replayed: answer.headers.get('idempotent-replayed') === 'true',
    location: answer.headers.get('location'),
    retryAfter: answer.headers.get('retry-after'),
    headers: JSON.stringify([...answer.headers]),
    text,
    body: JSON.parse(text || '{}') as RawAnswer['body'],
  };
}
