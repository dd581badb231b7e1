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

/** The value of an option that is a whole number in these bounds. @throws UsageError for any other */
export function readWhole(
  name: string,
  text: string,
  { least = 1, most }: { readonly least?: number; readonly most: number },
  usage: string,
): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name}: expected a whole number from ${least} to ${most}.\n${usage}`);
}

const largestSeed = 4_294_967_295;

/** @param draw creates a seed if none is given */
export function readSeed(given: string | undefined, draw: () => number, usage: string): number {
  return given === undefined ? draw() : readWhole('seed', given, { least: 0, most: largestSeed }, usage);
}
