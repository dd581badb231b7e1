type Json = { readonly [key: string]: unknown };
/** An answer may have a value that this version does not know yet; an input may not. */
type Side = 'sent' | 'answered';

/**
 * Generates the client's types and its table of operations from the OpenAPI document. An unknown construct stops it, because an
 * omitted type would be a wrong one in someone's program.
 */
export function clientApi(document: unknown): string {
  const {
    paths,
    webhooks = {},
    components,
  } = document as {
    paths: Json;
    webhooks?: Json;
    components: { schemas: Record<string, Json>; pathItems?: Json };
  };
  const told = [webhooks, components.pathItems ?? {}].flatMap((items) => Object.values(items as Record<string, Json>));
  const schemas = { ...titledIn([told, components.schemas]), ...components.schemas };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Json>).map(([method, operation]) => operationOf(path, method, operation)),
  );
  const messages = told.flatMap((item) => Object.values(item)).filter((each): each is Json => typeof each === 'object');
  const taken = [...operations.map(({ input }) => input), ...messages.map((message) => message['responses'])];
  const given = [...operations.map(({ answer }) => answer), ...messages.map((message) => message['requestBody'])];
  const onlySent = namesIn(taken, schemas);
  for (const name of namesIn([...given, refTo('Problem')], schemas)) onlySent.delete(name);

  const print = printer(schemas, onlySent);
  const types = Object.entries(schemas).map(([name, schema]) => {
    const type = print(schema, onlySent.has(name) ? 'sent' : 'answered', '');
    const keyword = type.startsWith('{') ? `interface ${name}` : `type ${name} =`;
    return `${comment(schema)}export ${keyword} ${type}${type.startsWith('{') ? '' : ';'}\n`;
  });
  const members = operations.map(({ id, about, input, answer }) => {
    const parts = [`input: ${print(input, 'sent', '    ')}`, `answer: ${print(answer, 'answered', '    ')}`];
    return `${comment(about, '  ')}  ${id}: {\n${parts.map((part) => `    ${part};\n`).join('')}  };\n`;
  });
  const rows = operations.map(
    ({ id, method, path, write }) =>
      `  ${id}: { method: '${method.toUpperCase()}', path: '${path}', write: ${String(write)} },\n`,
  );
  return [
    '// Made from docs/openapi.json by `pnpm run openapi`: a change here would be lost.\n',
    '/** A text whose known values are named; others may come. */\nexport type Open<Known extends string> = Known | (string & {});\n',
    ...types,
    `/** What each operation takes and answers. */\nexport interface Operations {\n${members.join('')}}\n`,
    'export const operations: {\n  readonly [Id in keyof Operations]: {\n    readonly method: string;\n    readonly path: string;\n' +
      `    readonly write: boolean;\n  };\n} = {\n${rows.join('')}};\n`,
  ].join('\n');
}

function operationOf(path: string, method: string, operation: Json) {
  const parameters = (operation['parameters'] ?? []) as Json[];
  const part = (place: string): Json | null => {
    const own = parameters.filter((parameter) => parameter['in'] === place);
    if (own.length === 0) return null;
    const properties = Object.fromEntries(
      own.map(({ name, schema, description }) => [name, { description, ...(schema as Json) }]),
    );
    return { type: 'object', properties, required: own.flatMap(({ name, required }) => (required ? [name] : [])) };
  };
  const body = operation['requestBody'] as Json | undefined;
  const answers = operation['responses'] as Record<string, Json>;
  const [, answer] = Object.entries(answers).find(([status]) => status.startsWith('2')) ?? [];
  const [params, query] = [part('path'), part('query')];
  const write = parameters.some(({ name }) => name === 'Idempotency-Key');
  const whole = {
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body: schemaIn(body) }),
    ...(write && { idempotencyKey }),
  };
  const required = [params && 'params', body && 'body', query && (query['required'] as []).length > 0 && 'query'];
  return {
    id: String(operation['operationId']),
    about: { description: `${String(operation['summary'])}. ${String(operation['description'])}` },
    method,
    path,
    write,
    input: { type: 'object', properties: whole, required } as Json,
    answer: schemaIn(answer ?? {}),
  };
}

const idempotencyKey: Json = {
  type: 'string',
  description:
    'The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent.',
};

function schemaIn(message: Json): Json {
  const content = message['content'] as Record<string, Json> | undefined;
  const { schema } = content?.['application/json'] ?? {};
  if (schema === undefined) throw new Error(`expected a JSON schema in ${JSON.stringify(message)}`);
  return schema as Json;
}

const prefix = '#/components/schemas/';
const refTo = (name: string): Json => ({ $ref: prefix + name });

/** The components referenced from here, directly or indirectly, and titled inline schemas. */
function namesIn(value: unknown, schemas: Record<string, Json>, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  const { $ref: reference, title } = value as Json;
  const name = typeof reference === 'string' ? nameOf(reference) : isTitled(value) ? String(title) : null;
  if (name !== null && !found.has(name)) {
    found.add(name);
    namesIn(schemas[name], schemas, found);
  }
  for (const member of Object.values(value)) namesIn(member, schemas, found);
  return found;
}

/** Schemas of webhooks, and nullable enumerations, are inlined with a title, because not all tools accept references there. */
function titledIn(value: unknown, found: Record<string, Json> = {}): Record<string, Json> {
  if (typeof value !== 'object' || value === null) return found;
  if (isTitled(value)) found[value.title] = { ...value, type: typesOf(value).find((type) => type !== 'null') };
  for (const member of Object.values(value)) titledIn(member, found);
  return found;
}

/** The types of a schema, one of which may be `null`. */
function typesOf(schema: object): readonly string[] {
  const type: unknown = 'type' in schema ? schema.type : [];
  return [type].flat().filter((each): each is string => typeof each === 'string');
}

function isTitled(value: object): value is Json & { readonly title: string } {
  return 'title' in value && typeof value.title === 'string' && typesOf(value).length > 0;
}

function nameOf(reference: unknown): string {
  return String(reference).slice(prefix.length);
}

function printer(schemas: Record<string, Json>, onlySent: ReadonlySet<string>) {
  const simple: Record<string, string> = {
    string: 'string',
    integer: 'number',
    number: 'number',
    boolean: 'boolean',
    null: 'null',
  };

  return function print(schema: Json, side: Side, indent: string): string {
    const { $ref: reference, enum: values, const: value, type } = schema;
    const either = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
    if (Array.isArray(type)) return type.map((each) => print({ ...schema, type: each }, side, indent)).join(' | ');
    if (type === 'null') return 'null';
    if (reference !== undefined || (isTitled(schema) && indent !== '')) {
      const name = reference === undefined ? String(schema['title']) : nameOf(reference);
      const target = schemas[name];
      if (target === undefined) throw new Error(`no component ${name}`);
      // The name stands for the open string of answers; an input is one of its known values.
      const isText = target['enum'] ?? target['x-extensible-enum'];
      return side === 'sent' && isText && !onlySent.has(name)
        ? print({ ...target, title: undefined }, side, indent)
        : name;
    }
    const all = ((schema['allOf'] ?? []) as Json[]).filter((each) => '$ref' in each);
    if (all.length > 0) return all.map((each) => print(each, side, indent)).join(' & ');
    if (either !== undefined) return [...new Set(either.map((each) => print(each, side, indent)))].join(' | ');
    if (value !== undefined) return JSON.stringify(value);
    const words = (values ?? schema['x-extensible-enum']) as unknown[] | undefined;
    if (words !== undefined) {
      const known = words.filter((word) => word !== null).map((word) => JSON.stringify(word));
      return side === 'answered' ? `Open<${known.join(' | ')}>` : known.join(' | ');
    }
    if (type === 'array') {
      const item = print(schema['items'] as Json, side, indent);
      return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
    }
    if (type === 'object' && typeof schema['properties'] === 'object') return members(schema, side, indent);
    if (type === 'object') return 'Record<string, unknown>';
    if (typeof type === 'string' && simple[type] !== undefined) return simple[type];
    throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  };

  function members(schema: Json, side: Side, indent: string): string {
    const required = (schema['required'] ?? []) as string[];
    const print = printer(schemas, onlySent);
    const lines = Object.entries(schema['properties'] as Record<string, Json>).map(([name, member]) => {
      const type = print(member, side, `${indent}  `);
      const optional = !required.includes(name);
      return `${comment(member, `${indent}  `)}${indent}  ${name}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};\n`;
    });
    return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`;
  }
}

function comment({ description }: Json, indent = ''): string {
  if (typeof description !== 'string') return '';
  const lines = description.replaceAll('*/', '* /').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0] ?? ''} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
