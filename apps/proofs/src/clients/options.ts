import { resolve } from 'node:path';
import { parseWords, UsageError } from '../command-line.ts';
import { type Verifier, verifiers } from './signatures.ts';
import { type Tool, tools } from './tools.ts';

export interface ClientOptions {
  /** The OpenAPI document that the tools read. */
  readonly document: string;
  readonly tools: readonly Tool[];
  readonly verifiers: readonly Verifier[];
}

const usage = 'Usage: pnpm clients [--document docs/openapi.json] [--tool <name>]';
const shipped = new URL('../../../../docs/openapi.json', import.meta.url).pathname;
const options = { document: { type: 'string', default: shipped }, tool: { type: 'string' } } as const;

export function readOptions(words: readonly string[]): ClientOptions {
  const { document, tool } = parseWords(words, options, usage);
  const isWanted = ({ name }: { readonly name: string }): boolean => tool === undefined || name === tool;
  const all = [...tools, ...verifiers];
  if (!all.some(isWanted)) {
    throw new UsageError(`--tool: expected ${all.map(({ name }) => `"${name}"`).join(', ')}.\n${usage}`);
  }
  return { document: resolve(document), tools: tools.filter(isWanted), verifiers: verifiers.filter(isWanted) };
}
