import { type Comparison, type Json, type Pair, record, resolver, text } from './json.ts';
import { compareSchemas, type Side } from './schemas.ts';

const texts: ReadonlySet<string> = new Set(['description', 'summary', 'example', 'examples', 'tags', 'servers']);

/** The parts of an OpenAPI document that programs depend on: everything but its texts. */
export function withoutTexts<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutTexts) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (texts.has(name)) return [];
    // Names of properties are field names, not keywords.
    if (name !== 'properties') return [[name, withoutTexts(member)]];
    const fields = Object.entries(member as Json).map(([field, schema]) => [field, withoutTexts(schema)]);
    return [[name, Object.fromEntries(fields)]];
  });
  return Object.fromEntries(members) as Value;
}

/**
 * Differences in this document that would break a program written, or generated, for the last one; each with its place. Empty
 * if all changes are additive, or if the major version rises.
 */
export function incompatibilities(last: Json, document: Json): string[] {
  if (majorOf(document) > majorOf(last)) return [];
  const found = new Set<string>();
  const tell = (at: string, what: string): void => void found.add(`${at}: ${what}`);
  const comparison = { was: resolver(last), is: resolver(document), tell, seen: new Set<string>() };
  for (const [kind, side] of [
    ['paths', 'sent'],
    // For webhooks the gateway is the sender.
    ['webhooks', 'answered'],
  ] as const) {
    for (const [path, methods] of Object.entries(record(last[kind]))) {
      for (const [method, was] of Object.entries(record(methods))) {
        const at = kind === 'paths' ? `${method.toUpperCase()} ${path}` : path;
        const is = record(record(document[kind])[path])[method];
        if (is === undefined) tell(at, 'is gone');
        else compareOperations(comparison, { was, is }, side, at);
      }
    }
  }
  // Generated programs name their classes after these.
  const names = record(record(document['components'])['schemas']);
  for (const name of Object.keys(record(record(last['components'])['schemas']))) {
    if (!(name in names)) tell(name, 'is gone');
  }
  return [...found];
}

function majorOf(document: Json): number {
  return Number(text(record(document['info'])['version']).split('.', 1)[0]);
}

function compareOperations(comparison: Comparison, pair: Pair, side: Side, at: string): void {
  const { tell } = comparison;
  const [was, is] = [record(pair.was), record(pair.is)];
  if (was['operationId'] !== is['operationId']) tell(at, `its operationId is ${text(is['operationId'])} now`);
  const [before, after] = [parametersOf(was, comparison.was), parametersOf(is, comparison.is)];
  for (const [name, parameter] of before) {
    const same = after.get(name);
    if (same === undefined) tell(`${at} ${name}`, 'is gone');
    else compareSchemas(comparison, { was: parameter['schema'], is: same['schema'] }, side, `${at} ${name}`);
  }
  for (const [name, { required }] of after) {
    const isNew = required === true && before.get(name)?.['required'] !== true;
    if (isNew && side === 'sent') tell(`${at} ${name}`, 'is required now');
  }
  compareBodies(comparison, { was: was['requestBody'], is: is['requestBody'] }, side, `${at} body`);
  const answerSide = side === 'sent' ? 'answered' : 'sent';
  compareAnswers(comparison, { was: was['responses'], is: is['responses'] }, answerSide, at);
}

function parametersOf(operation: Json, resolve: (value: unknown) => Json): ReadonlyMap<string, Json> {
  const parameters = ((operation['parameters'] ?? []) as unknown[]).map(resolve);
  return new Map(parameters.map((one) => [`${text(one['in'])} ${text(one['name'])}`, one]));
}

function compareBodies(comparison: Comparison, pair: Pair, side: Side, at: string): void {
  const [was, is] = [comparison.was(pair.was), comparison.is(pair.is)];
  if (side === 'sent' && is['required'] === true && was['required'] !== true) comparison.tell(at, 'is required now');
  compareContent(comparison, pair, side, at);
}

function compareAnswers(comparison: Comparison, pair: Pair, side: Side, at: string): void {
  const [before, after] = [record(pair.was), record(pair.is)];
  for (const [status, was] of Object.entries(before)) {
    const is = after[status];
    if (is === undefined) {
      comparison.tell(`${at} ${status}`, 'is gone');
      continue;
    }
    const headers = record(comparison.is(is)['headers']);
    for (const [name, header] of Object.entries(record(comparison.was(was)['headers']))) {
      const place = `${at} ${status} ${name}`;
      const schemas = { was: comparison.was(header)['schema'], is: comparison.is(headers[name])['schema'] };
      if (headers[name] === undefined) comparison.tell(place, 'is gone');
      else compareSchemas(comparison, schemas, side, place);
    }
    compareContent(comparison, { was, is }, side, `${at} ${status}`);
  }
  for (const status of Object.keys(after)) {
    if (status.startsWith('2') && !(status in before)) comparison.tell(`${at} ${status}`, 'is a new success');
  }
}

function compareContent(comparison: Comparison, pair: Pair, side: Side, at: string): void {
  const after = record(comparison.is(pair.is)['content']);
  for (const [type, content] of Object.entries(record(comparison.was(pair.was)['content']))) {
    if (after[type] === undefined) comparison.tell(at, `${type} is gone`);
    else compareSchemas(comparison, { was: record(content)['schema'], is: record(after[type])['schema'] }, side, at);
  }
}
