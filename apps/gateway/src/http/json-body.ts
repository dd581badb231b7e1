import { isUtf8 } from 'node:buffer';
import { doubledMember } from '@card-gateway/adapter-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem.ts';
import { pointerSegment } from './validation.ts';

/**
 * Reads bodies as JSON, and nothing else: as UTF-8, without names that stand twice and without half characters, of which
 * another program would make something else.
 */
export function takeJsonAlone(app: FastifyInstance): void {
  // Fastify would read plain text too.
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    try {
      requirePlainUtf8(request, bytes);
    } catch (error) {
      done(error as ProblemError);
      return;
    }
    // Many clients name JSON although they send nothing: that is no body, of which each operation says whether it needs one.
    if (bytes.length === 0) {
      done(null, undefined);
      return;
    }
    const text = bytes.toString('utf8');
    void parseJson(request, text, (error, value) => {
      const fault = error === null ? faultOf(text, value) : null;
      if (fault === null) done(error, value);
      else done(unreadable(fault.pointer, fault.detail));
    });
  });
}

/** @throws ProblemError 415, 400 */
function requirePlainUtf8({ headers }: FastifyRequest, bytes: Buffer): void {
  const coding = headers['content-encoding'];
  if (coding !== undefined) throw unsupported('Content-Encoding', 'expected none: the body is taken as it is');
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupported('Content-Type', 'expected application/json in UTF-8');
  }
  if (isUtf8(bytes)) return;
  const read = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, index) => byte !== read[index]);
  throw unreadable('', `expected UTF-8; byte ${at + 1} is none`);
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** What JSON allows, and programs read differently (RFC 8259, sections 4 and 8.2). */
function faultOf(text: string, value: unknown): Fault | null {
  const doubled = doubledMember(text);
  if (doubled !== null) return { pointer: pointerOf(doubled), detail: 'expected this name once' };
  // Most bodies have no escape and no character beyond the basic plane.
  if (!/\\u[dD]|[\ud800-\udfff]/.test(text)) return null;
  const half = halfCharacter(value, []);
  return half && { pointer: pointerOf(half), detail: 'expected whole characters; it has half a surrogate pair' };
}

type Path = readonly (string | number)[];

function halfCharacter(value: unknown, path: Path): Path | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const inside = [...path, name.toWellFormed()];
    const found = name.isWellFormed() ? halfCharacter(member, inside) : inside;
    if (found !== null) return found;
  }
  return null;
}

const pointerOf = (path: Path): string => path.map((name) => `/${pointerSegment(String(name))}`).join('');

function unreadable(pointer: string, detail: string): ProblemError {
  return new ProblemError('malformed-request', `${pointer || 'body'}: ${detail}`, { errors: [{ pointer, detail }] });
}

function unsupported(name: string, detail: string): ProblemError {
  const pointer = `header/${name}`;
  return new ProblemError('unsupported-media-type', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}
