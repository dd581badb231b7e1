import { resolve } from 'node:path';
import { parseWords, UsageError } from '../command-line.ts';
import { type Tool, tools } from './tools.ts';

export interface ClientOptions {
  /** The OpenAPI document that the tools read. */
  readonly document: string;
  readonly tools: readonly Tool[];
}

const usage = 'Usage: pnpm clients [--document docs/openapi.json] [--tool <name>]';
const shipped = new URL('../../../../docs/openapi.json', import.meta.url).pathname;
const options = { document: { type: 'string', default: shipped }, tool: { type: 'string' } } as const;

export function readOptions(words: readonly string[]): ClientOptions {
  const { document, tool } = parseWords(words, options, usage);
  const wanted = tools.filter(({ name }) => tool === undefined || name === tool);
  if (wanted.length === 0) {
    throw new UsageError(`--tool: expected ${tools.map(({ name }) => `"${name}"`).join(', ')}.\n${usage}`);
  }
  return { document: resolve(document), tools: wanted };
}
