import fc from 'fast-check';

type Json = null | boolean | number | string | RawJson | readonly Json[] | { readonly [name: string]: Json };
/** A number with a given literal, which JavaScript would write in another form. */
interface RawJson {
  readonly rawJSON: string;
}
const rawJson = (JSON as unknown as { readonly rawJSON: (text: string) => RawJson }).rawJSON;

const oddTexts = [
  '',
  ' ',
  '..',
  '.',
  '/',
  'null',
  '1e3',
  '-0',
  'NaN',
  '__proto__',
  '13/28',
  '0001-01-01 00:00:00',
  '0000-01-01',
  '0000-00-00 00:00:00',
  '9999-12-31 23:59:59',
  '2026-02-30 00:00:00',
  '\0',
  'a\nb',
  '\uD83D',
  'x\uDCB3y',
  '💳'.repeat(150),
  'x'.repeat(300),
  '9'.repeat(300),
  'word '.repeat(20_000),
  'x'.repeat(100_000),
];
const oddNumbers = [
  '0',
  '-0',
  '-1',
  '2.0',
  '1e3',
  '1E+3',
  '1e-7',
  '1e400',
  '0.1',
  '200.50',
  '1716307200000',
  '1716307200',
  '9007199254740993',
  '12345678901234567890',
  '8640000000000001',
  '253402300800000',
];

const nested = (depth: number): Json => Array.from({ length: depth }).reduce<Json>((inside) => [inside], 'deep');

const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, [], {}, [[]], { a: { b: [null] } }, nested(2000)),
  { weight: 3, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 2, arbitrary: fc.constantFrom(...oddNumbers).map(rawJson) },
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

type Path = readonly (string | number)[];

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inside]) => pathsOf(inside as Json, [...path, name]))];
}

/** The same value with a change at a path; `undefined` removes it. */
function withValue(value: Json, [name, ...rest]: Path, change: Json | undefined): Json {
  if (name === undefined) return change ?? null;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value) as [string, Json][];
  const isTaken = (each: string): boolean => rest.length === 0 && change === undefined && each === String(name);
  const changed = members
    .filter(([each]) => !isTaken(each))
    .map(([each, inside]) => [each, each === String(name) ? withValue(inside, rest, change) : inside] as const);
  return Array.isArray(value) ? changed.map(([, inside]) => inside) : Object.fromEntries(changed);
}

/** A value of the same shape in which up to three members, at any depth, are odd or missing. */
function oddOf(value: Json): fc.Arbitrary<Json> {
  const paths = pathsOf(value).filter((path) => path.length > 0);
  if (paths.length === 0) return oddValue;
  const change = fc.tuple(fc.constantFrom(...paths), fc.option(oddValue, { nil: undefined, freq: 5 }));
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((changed, [path, odd]) => withValue(changed, path, odd), value));
}

/** JSON text shaped like a documented answer, with odd values in it. */
export function oddAnswer(text: string): fc.Arbitrary<string> {
  return oddOf(JSON.parse(text) as Json).map((value) => JSON.stringify(value));
}

/**
 * Passes `check` JSON texts shaped like a documented one, with odd values in them.
 *
 * @throws what `check` throws, with the simplest failing text
 */
export async function forOddJson(text: string, check: (odd: string) => void | Promise<void>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(oddAnswer(text), async (odd) => check(odd)),
    { numRuns: 300 },
  );
}

/** The path of the first list of rows in an answer; null where it has none. */
function rowsPath(value: Json): Path | null {
  const isRow = (row: Json): boolean => typeof row === 'object' && row !== null && !Array.isArray(row);
  return (
    pathsOf(value).find((path) => {
      const inside = path.reduce<Json>(
        (within, name) => (within as Record<string | number, Json>)[name] ?? null,
        value,
      );
      return Array.isArray(inside) && inside.length > 0 && inside.every(isRow);
    }) ?? null
  );
}

/** A documented answer whose list of rows includes up to twenty odd ones; null if the answer has no list. */
export function answerWithOddRows(text: string): fc.Arbitrary<string> | null {
  const value = JSON.parse(text) as Json;
  const path = rowsPath(value);
  if (path === null) return null;
  const rows = path.reduce<Json>((within, name) => (within as Record<string | number, Json>)[name] ?? null, value);
  const [sample = null, ...others] = rows as readonly Json[];
  const oddRow = fc.oneof({ weight: 4, arbitrary: oddOf(sample) }, { weight: 1, arbitrary: oddValue });
  return fc
    .array(fc.tuple(fc.nat(others.length + 1), oddRow), { minLength: 1, maxLength: 20, size: 'max' })
    .map((odd) => odd.reduce<readonly Json[]>((all, [at, row]) => all.toSpliced(at, 0, row), [sample, ...others]))
    .map((all) => JSON.stringify(withValue(value, path, all)));
}

const longestText = 300;
const firstDate = Date.UTC(1899, 0, 1);
const lastDate = Date.UTC(9999, 11, 31);

/** Parts of an adapter's outcome that could not be stored or written as JSON, by path; empty if there are none. */
export function unstorable(value: unknown, place = 'outcome'): readonly string[] {
  if (typeof value === 'string') {
    const isFit = value.isWellFormed() && !value.includes('\0') && Array.from(value).length <= longestText;
    return isFit ? [] : [`${place}: a text of ${value.length}, ${JSON.stringify(value.slice(0, 40))}`];
  }
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${place}: ${value}`];
  if (value instanceof Date) {
    const isFit = value.getTime() >= firstDate && value.getTime() <= lastDate;
    return isFit ? [] : [`${place}: the date ${value.getTime()}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) => unstorable(inside, `${place}.${name}`));
}
