import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A call that cannot be carried out, in words for the person who typed it. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Wanted extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: Wanted }>>['values'];

/** The options of a call as texts. @throws UsageError where one is none of `options`, or has no value */
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

/** @param draw makes a seed where none is given */
export function readSeed(given: string | undefined, draw: () => number, usage: string): number {
  const seed = given === undefined ? draw() : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
    throw new UsageError(`--seed: expected a whole number from 0 to ${largestSeed}.\n${usage}`);
  }
  return seed;
}
