/** The API as callers know it, read only from the served OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;
  };
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Where a request may name something: an id of a kind (by its prefix), or an account by its name. */
export interface Place {
  readonly in: 'path' | 'query' | 'body';
  readonly name: string;
  readonly kind: string;
}

/** One operation below `/v1`. */
export interface Route {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly places: readonly Place[];
  /** Every query parameter, and whether it is needed. */
  readonly query: ReadonlyMap<string, boolean>;
  readonly bodyExample: Readonly<Record<string, unknown>> | null;
}

const idPattern = /^\^([a-z]+)_/;

export function routesOf(document: Document): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    path.startsWith('/v1/')
      ? Object.entries(methods).map(([method, operation]) => routeOf(document, path, method.toUpperCase(), operation))
      : [],
  );
}

function routeOf(document: Document, path: string, method: string, operation: DocumentedOperation): Route {
  const parameters = operation.parameters ?? [];
  const content = operation.requestBody?.content['application/json'];
  const places = [
    ...parameters.flatMap(({ name, in: where, schema }) =>
      where === 'path' || where === 'query' ? placesIn(document, schema ?? {}, name, where) : [],
    ),
    ...(content === undefined ? [] : bodyPlaces(document, content.schema)),
  ];
  return {
    id: operation.operationId,
    method,
    path,
    places,
    query: new Map(
      parameters.flatMap((one) => (one.in === 'query' ? [[one.name, one.required === true] as const] : [])),
    ),
    bodyExample: (content?.example ?? null) as Route['bodyExample'],
  };
}

function bodyPlaces(document: Document, schema: Schema): Place[] {
  const { properties = {} } = resolved(document, schema);
  return Object.entries(properties).flatMap(([name, property]) => placesIn(document, property, name, 'body'));
}

function placesIn(document: Document, schema: Schema, name: string, where: Place['in']): Place[] {
  const { pattern, properties = {}, items, anyOf = [], oneOf = [] } = resolved(document, schema);
  const kind = name === 'account' ? 'account' : idPattern.exec(pattern ?? '')?.[1];
  // A path names only tenants' resources: a parameter that is no known id needs a decision here.
  if (kind !== undefined || where === 'path') return [{ in: where, name, kind: kind ?? `path parameter ${name}` }];
  const inside = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...oneOf];
  const deeper = inside.flatMap((one) => placesIn(document, one, name, where));
  // An id inside an object or a list has no way to be put there yet; it is named so that it cannot pass unseen.
  return deeper.map((place) => ({ ...place, kind: `${place.kind} inside ${name}` }));
}

function resolved(document: Document, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return document.components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? schema;
}
