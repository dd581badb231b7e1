import { type Comparison, type Json, list, type Pair, record, text } from './json.ts';

/** The origin of a value: the client program (`sent`) or the gateway (`answered`). */
export type Side = 'sent' | 'answered';

const lower = ['minLength', 'minimum', 'minItems'];
const upper = ['maxLength', 'maximum', 'maxItems'];

/**
 * Reports what would break a client program: the gateway must still accept what it sends, and may answer only what it expects.
 * So the `wide` schema (this one for sent values, the last one for answered ones) must accept everything that the `narrow` one
 * accepts.
 */
export function compareSchemas(comparison: Comparison, pair: Pair, side: Side, at: string): void {
  const { tell, seen } = comparison;
  const key = JSON.stringify([pair.was, pair.is, side]);
  if (key.includes('"$ref"') && seen.has(key)) return;
  seen.add(key);
  const was = nullable(pair.was, comparison.was);
  const is = nullable(pair.is, comparison.is);
  const isSent = side === 'sent';
  const [wide, narrow] = isSent ? [is, was] : [was, is];

  const types = list(wide['type']);
  for (const type of list(narrow['type'])) {
    if (types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'))) continue;
    tell(at, isSent ? `takes no ${type} any more` : `may be ${type} now`);
  }
  compareWords(comparison, { was, is, wide, narrow }, isSent, at);
  for (const rule of ['pattern', 'format']) {
    if (wide[rule] === undefined || wide[rule] === 'password' || wide[rule] === narrow[rule]) continue;
    tell(at, `its ${rule} is ${text(is[rule])} now`);
  }
  const limits = [
    ...lower.filter((limit) => Number(wide[limit] ?? -Infinity) > Number(narrow[limit] ?? -Infinity)),
    ...upper.filter((limit) => Number(wide[limit] ?? Infinity) < Number(narrow[limit] ?? Infinity)),
  ];
  for (const limit of limits) tell(at, `its ${limit} is ${text(is[limit])} now`);
  if (isSent && text(was['default']) !== text(is['default'])) tell(at, `its default is ${text(is['default'])} now`);
  if (text(unionOf(was)) !== text(unionOf(is))) tell(at, 'is another union now');

  const fields = record(is['properties']);
  for (const [name, field] of Object.entries(record(was['properties']))) {
    if (fields[name] === undefined) tell(`${at}/${name}`, 'is gone');
    else compareSchemas(comparison, { was: field, is: fields[name] }, side, `${at}/${name}`);
  }
  for (const name of list(wide['required'])) {
    if (!list(narrow['required']).includes(name))
      tell(`${at}/${name}`, isSent ? 'is required now' : 'may be missing now');
  }
  if (wide['additionalProperties'] === false && narrow['additionalProperties'] !== false) {
    tell(at, isSent ? 'takes no other fields any more' : 'may have other fields now');
  }
  if (was['items'] !== undefined) compareSchemas(comparison, { was: was['items'], is: is['items'] }, side, `${at}[]`);
}

function compareWords(
  { tell }: Comparison,
  { was, is, wide, narrow }: Readonly<Record<'was' | 'is' | 'wide' | 'narrow', Json>>,
  isSent: boolean,
  at: string,
): void {
  const allowed = wordsOf(wide);
  const given = wordsOf(narrow);
  if (allowed !== null && given === null) tell(at, isSent ? 'takes only some words now' : 'may be any text now');
  for (const word of given ?? []) {
    if (allowed?.includes(word) === false) tell(at, isSent ? `takes no "${word}" any more` : `may be "${word}" now`);
  }
  const known = new Set([...list(is['x-extensible-enum']), ...list(is['enum'])]);
  for (const word of list(was['x-extensible-enum'])) {
    if (!known.has(word)) tell(at, `"${word}" is no known value any more`);
  }
}

/** The only values that a schema accepts; null if it accepts more. */
function wordsOf({ enum: words, const: word }: Json): string[] | null {
  return words === undefined && word === undefined ? null : list(words ?? word);
}

function unionOf({ anyOf, oneOf, allOf }: Json): unknown {
  return anyOf ?? oneOf ?? allOf;
}

/** The schema behind a reference, also if it may alternatively be null. */
function nullable(schema: unknown, resolve: (value: unknown) => Json): Json {
  const found = resolve(schema);
  const { anyOf, ...rest } = found;
  const [one, other] = (anyOf ?? []) as Json[];
  if (one === undefined || other?.['type'] !== 'null') return found;
  const target = resolve(one);
  return { ...rest, ...target, type: [...list(target['type']), 'null'] };
}
