import type { Operation } from '@card-gateway/contract';
import type { Json } from '../http/document.ts';

/** Sample calls of an operation with the contract's example: in curl, and with the TypeScript client. */
export function samplesOf(id: string, operation: Operation): Json[] {
  return [
    { lang: 'shell', label: 'curl', source: byCurl(operation) },
    { lang: 'typescript', label: 'TypeScript', source: byClient(id, operation) },
  ];
}

/** Uses the shell variables GATEWAY and KEY, as in the guides, and ID for a path's id. */
function byCurl({ method, path, effect, example: { body } }: Operation): string {
  const isImplied = method === 'GET' || (method === 'POST' && body !== undefined);
  return [
    `curl "$GATEWAY${path.replaceAll('{id}', '$ID')}"`,
    ...(isImplied ? [] : [`-X ${method}`]),
    '-H "Authorization: Bearer $KEY"',
    ...(effect === 'write' ? ['-H "Idempotency-Key: $(openssl rand -hex 16)"'] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(body, null, 2)}'`]),
  ].join(' \\\n  ');
}

function byClient(id: string, { path, effect, example: { body } }: Operation): string {
  const members = [
    ...(path.includes('{id}') ? ['params: { id }'] : []),
    ...(body === undefined ? [] : [`body: ${literal(body)}`]),
    ...(effect === 'write' ? ['idempotencyKey: randomUUID()'] : []),
  ];
  return `await gateway.${id}(${members.length === 0 ? '' : `{\n  ${members.join(',\n  ')},\n}`});`;
}

/** A value as a TypeScript literal, within a member of an object. */
function literal(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replaceAll(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:')
    .replaceAll(/"((?:[^"\\']|\\.)*)"/g, "'$1'")
    .replaceAll('\n', '\n  ');
}
