import { isUtf8 } from 'node:buffer';
import { doubledMember } from '@card-gateway/adapter-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type InputFault, inputProblem, invalidRequest, type ProblemError } from '../problem.ts';
import { pointerSegment } from './validation.ts';

/**
 * Accepts only JSON bodies: valid UTF-8, without duplicate names and unpaired surrogates, which other programs would parse
 * differently.
 */
export function takeJsonAlone(app: FastifyInstance): void {
  // Fastify would accept plain text too.
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    try {
      requirePlainUtf8(request, bytes);
    } catch (error) {
      done(error as ProblemError);
      return;
    }
    // Many clients declare JSON although they send nothing: that is no body, and each operation says whether it needs one.
    if (bytes.length === 0) {
      done(null, undefined);
      return;
    }
    const text = bytes.toString('utf8');
    void parseJson(request, text, (error, value) => {
      if (error !== null) {
        done(forbiddenMember(text) ?? error);
        return;
      }
      const fault = faultOf(text, value);
      if (fault === null) done(null, value);
      else done(inputProblem('malformed-request', fault));
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
  throw inputProblem('malformed-request', { pointer: '', detail: `expected UTF-8; byte ${at + 1} is none` });
}

/** Valid JSON that programs parse differently (RFC 8259, sections 4 and 8.2). */
function faultOf(text: string, value: unknown): InputFault | null {
  const doubled = doubledMember(text);
  if (doubled !== null) return { pointer: pointerOf(doubled), detail: 'expected this name once' };
  // Most bodies have neither escapes nor characters outside the basic plane.
  if (!/\\u[dD]|[\ud800-\udfff]/.test(text)) return null;
  const half = pathTo(value, (name, member) => isHalf(name) || isHalf(member));
  return half && faultAt(half, 'expected whole characters; it has half a surrogate pair');
}

const isHalf = (value: unknown): boolean => typeof value === 'string' && !value.isWellFormed();

/**
 * The parser rejects members that could change prototypes (`__proto__`, `constructor.prototype`). No operation has a field with
 * such a name. Null if the text has none, and thus is not JSON.
 */
function forbiddenMember(text: string): ProblemError | null {
  const path = pathTo(
    parsedOrNull(text),
    (name, member) => name === '__proto__' || (name === 'constructor' && Object.hasOwn(Object(member), 'prototype')),
  );
  if (path === null) return null;
  return invalidRequest(faultAt(path, 'there is no such field'));
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Path = readonly (string | number)[];

/** No operation's body is nested nearly this deep; one nested to its full length would overflow the stack. */
const mostLevels = 50;

/** The path of the first matching member, or of the first one that is nested too deep. */
function pathTo(value: unknown, isIt: (name: string, member: unknown) => boolean, path: Path = []): Path | null {
  if (path.length > mostLevels) return path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const inside = [...path, name.toWellFormed()];
    const found = isIt(name, member) ? inside : pathTo(member, isIt, inside);
    if (found !== null) return found;
  }
  return null;
}

function faultAt(path: Path, detail: string): InputFault {
  const isDeep = path.length > mostLevels;
  return { pointer: pointerOf(path), detail: isDeep ? `expected at most ${mostLevels} levels` : detail };
}

const pointerOf = (path: Path): string => path.map((name) => `/${pointerSegment(String(name))}`).join('');

function unsupported(name: string, detail: string): ProblemError {
  return inputProblem('unsupported-media-type', { pointer: `header/${name}`, detail });
}
