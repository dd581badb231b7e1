import type { IncomingMessage } from 'node:http';
import { inputProblem, ProblemError } from '../problem.ts';

/** Headers that must not repeat, because programs disagree about duplicates; Node takes the first, or joins the two. */
const singular: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Deadline'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** A host name or address, with optional port (RFC 9110, section 7.2; RFC 3986, section 3.2.2). */
const hostShape = /^(?:[\w.~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i;

/** A path, or an absolute http URL; clients must not send a fragment (RFC 9112, section 3.2). */
const targetShape = /^(?:\/|https?:\/\/[^/?#]+)[^#]*$/i;

/** The last coding of a request's body must be `chunked` (RFC 9112, section 6.3). */
const codingShape = /(?:^|,)[ \t]*chunked$/i;

/** @throws ProblemError 400 if other programs could read the request's head differently */
export function requireOneMeaning({ rawHeaders, headers, httpVersion, url = '' }: IncomingMessage): void {
  const { host, 'transfer-encoding': coding } = headers;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw new ProblemError('malformed-request', 'Expected HTTP/1.1.');
  if (!targetShape.test(url)) throw new ProblemError('malformed-request', 'The path is not a valid URL path.');
  // Node would only refuse the body, after the head was answered.
  if (coding !== undefined && !codingShape.test(coding)) {
    throw new ProblemError('malformed-request', 'This is not a readable HTTP request.');
  }
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const known = singular.get(name);
    if (known === undefined) continue;
    if (seen.has(name)) throw faulty(known, 'expected it once');
    seen.add(name);
  }
  if (host === undefined && httpVersion === '1.0') return;
  if (host === undefined || !hostShape.test(host)) throw faulty('Host', 'expected a host name or an IP address');
}

function faulty(name: string, detail: string): ProblemError {
  return inputProblem('malformed-request', { pointer: `header/${name}`, detail });
}
