import { parseWords, UsageError } from '../command-line.ts';

export interface VerifyOptions {
  /** What to upgrade from: a commit, a branch or a tag; null for the newest tag that starts with `v`. */
  readonly previous: string | null;
  /** Host port of the first gateway. The second gateway uses the next one, the sandbox the one after. */
  readonly port: number;
}

const usage = 'Usage: pnpm docker:verify [--previous <commit>] [--port 18080]';
const options = { previous: { type: 'string' }, port: { type: 'string', default: '18080' } } as const;

/** @throws UsageError */
export function readOptions(words: readonly string[]): VerifyOptions {
  const { previous = null, port } = parseWords(words, options, usage);
  if (!/^\d{4,5}$/.test(port) || Number(port) > 65_533) {
    throw new UsageError(`--port: expected a whole number from 1024 to 65533.\n${usage}`);
  }
  return { previous, port: Number(port) };
}
