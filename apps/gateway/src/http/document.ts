import { meaningsKey } from '@card-gateway/contract';

export type Json = { [key: string]: Json | string | number | boolean | null | (Json | string)[] };

/**
 * Converts zod's output for the contract into a document that other tools can use: inputs are closed and answers open, so that
 * a deployed client keeps working when an answer gains a field or a value.
 */
export function openDocument(document: Json): Json {
  const schemas = (document['components'] as Json)['schemas'] as Json;
  for (const methods of Object.values(document['paths'] as Json)) {
    for (const route of Object.values(methods as Json) as Json[]) {
      const { parameters, requestBody, responses } = route;
      Object.assign(route, shaped({ ...(parameters && { parameters }), ...(requestBody && { requestBody }) }, sent));
      Object.assign(route, { responses: shaped(responses, answered) });
    }
  }
  const twins = new Set(Object.keys(schemas).map((name) => `${name}Input`));
  for (const [name, schema] of Object.entries(schemas))
    schemas[name] = shaped(schema, twins.has(name) ? sent : answered);
  for (const [name, schema] of Object.entries(schemas)) {
    schemas[name] = withConstants(name, shaped(schema as Json, nullableWords(schemas)));
  }
  return document;
}

type Shape = (schema: Json) => Json;

/** Applies `shape` to every schema in a value, innermost first. Examples are left unchanged. */
function shaped<Value>(value: Value, shape: Shape): Value {
  if (Array.isArray(value)) return value.map((each) => shaped(each, shape)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    name === 'example' || name === 'examples' ? member : shaped(member, shape),
  ]);
  return shape(withoutUnions(Object.fromEntries(members) as Json)) as Value;
}

/** A closed object, with its permitted values. */
function sent(schema: Json): Json {
  const { [meaningsKey]: meanings, ...rest } = schema;
  if (meanings === undefined || rest['enum'] === undefined) return rest;
  return { ...rest, description: describedWords(rest['description'], meanings) };
}

const limits = ['pattern', 'minLength', 'maxLength', 'minimum', 'maximum'] as const;

/**
 * An explicitly open object, because some generators take silence for closed. Enumerations become strings with known values;
 * lengths and patterns are not promised.
 */
function answered(schema: Json): Json {
  const { [meaningsKey]: meanings, enum: known, ...rest } = schema;
  for (const limit of limits) if (typeof rest[limit] !== 'object') delete rest[limit];
  if (rest['additionalProperties'] === false) return { ...rest, additionalProperties: true };
  if (known === undefined) return rest;
  const description = describedWords(rest['description'], meanings);
  return { ...rest, description: `${description}\n\nMore may come.`, 'x-extensible-enum': known };
}

/**
 * The webhooks with their schemas inlined, titled with their names: oapi-codegen drops components that only webhooks reference,
 * and openapi-generator does not resolve their unions with null.
 */
export function webhooksByThemselves(webhooks: Json, document: Json): Json {
  const schemas = (document['components'] as Json)['schemas'] as Json;
  return shaped(webhooks, (schema) => {
    const name = nameOf(schema['$ref']);
    if (name === null) return schema;
    return webhooksByThemselves({ title: name.replace(/Input$/, ''), ...(schemas[name] as Json) }, document);
  });
}

function describedWords(description: unknown, meanings: unknown): string {
  const lines = Object.entries(meanings as Record<string, string>).map(
    ([word, meaning]) => `- \`${word}\`: ${meaning}`,
  );
  return `${description as string}\n\n${lines.join('\n')}`;
}

/** Names for the constants of input enumerations: in Go all share one namespace, where `REFUSED` can occur once. */
function withConstants(name: string, schema: Json): Json {
  const { enum: words } = schema;
  if (words === undefined) return schema;
  const constant = (word: string): string =>
    `${name.replace(/Input$/, '')}_${word}`
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toUpperCase();
  return { ...schema, 'x-enum-varnames': (words as string[]).map(constant) };
}

/** Inlines nullable enumerations, titled with their names: generators forget that a reference to a plain string may be null. */
function nullableWords(schemas: Json): Shape {
  return (schema) => {
    const { anyOf, description, ...rest } = schema;
    const name = nameOf(((anyOf ?? []) as Json[])[0]?.['$ref']);
    const words = name === null ? null : (schemas[name] as Json);
    if (words?.['x-extensible-enum'] === undefined) return schema;
    const about = [description, words['description']].filter((text) => typeof text === 'string').join('\n\n');
    return { title: name, ...words, ...rest, type: ['string', 'null'], description: about };
  };
}

function nameOf(reference: unknown): string | null {
  return typeof reference === 'string' ? reference.slice('#/components/schemas/'.length) : null;
}

/** A nullable string is `["string", "null"]` instead of a union; an integer has no implicit limits. */
function withoutUnions(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  for (const limit of ['minimum', 'maximum']) {
    if (Math.abs(Number(rest[limit])) === Number.MAX_SAFE_INTEGER) delete rest[limit];
  }
  const [one, other] = (anyOf ?? []) as Json[];
  if (typeof one?.['type'] !== 'string' || other?.['type'] !== 'null')
    return anyOf === undefined ? rest : { ...rest, anyOf };
  return { ...one, ...rest, type: [one['type'], 'null'] };
}
