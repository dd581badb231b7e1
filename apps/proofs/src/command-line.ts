import { parseArgs, type ParseArgsConfig } from 'node:util';

/** An invalid command line, explained to the person who typed it. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Wanted extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: Wanted }>>['values'];

/** Parses the options of a command line as texts. @throws UsageError for an unknown option or a missing value */
export function parseWords<const Wanted extends Options>(
  words: readonly string[],
  options: Wanted,
  usage: string,
): Values<Wanted> {
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

const largestSeed = 4_294_967_295;

/** @param draw creates a seed if none is given */
export function readSeed(given: string | undefined, draw: () => number, usage: string): number {
  const seed = given === undefined ? draw() : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
    throw new UsageError(`--seed: expected a whole number from 0 to ${largestSeed}.\n${usage}`);
  }
  return seed;
}
