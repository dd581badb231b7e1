import { readFileSync } from 'node:fs';
import {
  type Checker,
  type Symbol,
  SymbolFlags,
  type Type,
  type TypeReference,
  TypeFlags,
} from 'typescript/unstable/sync';
import type { DescribedColumn, Description } from './describe.ts';
import { membersOf, Unknown } from './values.ts';
import type { Call, Statement } from './find.ts';

type Kind = 'string' | 'number' | 'boolean' | 'Date' | 'Buffer' | 'json' | { readonly arrayOf: Kind } | null;

/** `pg`'s JavaScript type for a PostgreSQL type, without custom parsers. */
const kinds: Readonly<Record<string, Kind>> = {
  text: 'string',
  name: 'string',
  uuid: 'string',
  numeric: 'string',
  int8: 'string',
  int2: 'number',
  int4: 'number',
  float8: 'number',
  bool: 'boolean',
  timestamptz: 'Date',
  bytea: 'Buffer',
  json: 'json',
  jsonb: 'json',
};

function kindOf(type: string): Kind {
  return type.startsWith('_') ? { arrayOf: kindOf(type.slice(1)) } : (kinds[type] ?? null);
}

/** Where the source says something else of a statement than the database. */
export class Comparison {
  readonly #checker: Checker;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  faults(call: Call, statement: Statement, { parameters, columns }: Description): string[] {
    const { row, readsRows } = call;
    return [
      ...this.#valueFaults(statement.values, parameters),
      ...(row === undefined
        ? readsRows
          ? ['rows are read, and nothing says of which type they are: expected `query<Row>(…)`']
          : []
        : this.#rowFaults(row, columns, statement)),
    ];
  }

  #valueFaults(values: readonly unknown[], parameters: readonly string[]): string[] {
    if (values.length !== parameters.length) return [`${values.length} values for ${parameters.length} parameters`];
    return parameters.flatMap((type, index) =>
      this.#fits(values[index], type)
        ? []
        : [`$${index + 1} is ${type} to the database, and ${this.#name(values[index])} here`],
    );
  }

  #fits(value: unknown, type: string): boolean {
    if (value === null || value === undefined) return true;
    if (value instanceof Unknown) return this.#isOfKind(value.type, kindOf(type), acceptedBy(type));
    if (Array.isArray(value)) return type.startsWith('_') && value.every((one) => this.#fits(one, type.slice(1)));
    return acceptedBy(type).includes(typeof value as Kind) || (kindOf(type) === 'json' && typeof value === 'object');
  }

  #rowFaults(row: Type, columns: readonly DescribedColumn[], { showsInstants }: Statement): string[] {
    const members = new Map(this.#checker.getPropertiesOfType(row).map((member) => [member.name, member]));
    const names = columns.map(({ name }) => name);
    return [
      ...[...members.keys()].filter((name) => !names.includes(name)).map((name) => `"${name}" is in no column`),
      ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `"${name}" is in two columns`),
      ...columns.flatMap((column) => {
        const member = members.get(column.name);
        return member === undefined
          ? [`the column "${column.name}" is not in the row's type`]
          : [...nameFaults(column), ...this.#memberFaults(column, member, showsInstants)];
      }),
    ];
  }

  #memberFaults(
    { name, type: databaseType, nulls }: DescribedColumn,
    member: Symbol,
    showsInstants: boolean,
  ): string[] {
    const type = this.#checker.getTypeOfSymbol(member);
    if (type === undefined) return [`"${name}" has no type`];
    const kind = showsInstants && databaseType === 'timestamptz' ? 'string' : kindOf(databaseType);
    const mayBeNull = membersOf(type).some(({ flags }) => flags & (TypeFlags.Null | TypeFlags.Unknown));
    const mayMiss =
      (member.flags & SymbolFlags.Optional) !== 0 || membersOf(type).some(({ flags }) => flags & TypeFlags.Undefined);
    const here = `${this.#checker.typeToString(type)} here`;
    return [
      ...(this.#isOfKind(type, kind, [kind]) ? [] : [`"${name}" is ${databaseType} to the database, and ${here}`]),
      ...(nulls === 'perhaps' && !mayBeNull ? [`"${name}" may be null, and is ${here}`] : []),
      ...(nulls === 'never' && mayBeNull ? [`"${name}" is never null, and is ${here}`] : []),
      ...(mayMiss ? [`"${name}" is never undefined, and is ${here}`] : []),
    ];
  }

  #isOfKind(type: Type, kind: Kind, accepted: readonly Kind[]): boolean {
    const members = membersOf(type).filter(({ flags }) => !(flags & (TypeFlags.Null | TypeFlags.Undefined)));
    return members.every((member) => {
      const is = this.#kindOf(member);
      if (kind !== null && typeof kind === 'object') {
        return (
          is !== null &&
          typeof is === 'object' &&
          this.#elements(member).every((one) => this.#isOfKind(one, kind.arrayOf, [kind.arrayOf]))
        );
      }
      if (kind === 'json' && !accepted.includes('string'))
        return member.flags & TypeFlags.Any ? false : is !== 'Date' && is !== 'Buffer';
      return is === 'json' || typeof is === 'string' ? accepted.includes(is) : false;
    });
  }

  #kindOf(type: Type): Kind {
    if (type.flags & (TypeFlags.String | TypeFlags.StringLiteral | TypeFlags.TemplateLiteral)) return 'string';
    if (type.flags & (TypeFlags.Number | TypeFlags.NumberLiteral)) return 'number';
    if (type.flags & (TypeFlags.Boolean | TypeFlags.BooleanLiteral)) return 'boolean';
    if (type.isIntersectionType()) return this.#kindOf((type.getTypes() ?? [])[0] as Type);
    if (!(type.flags & TypeFlags.Object)) return null;
    const name = type.getSymbol()?.name;
    if (name === 'Date' || name === 'Buffer') return name;
    return this.#checker.isArrayLikeType(type) ? { arrayOf: null } : 'json';
  }

  #elements(type: Type): readonly Type[] {
    return this.#checker.getTypeArguments(type as TypeReference);
  }

  #name(value: unknown): string {
    return value instanceof Unknown ? this.#checker.typeToString(value.type) : JSON.stringify(value);
  }
}

/** The form in which `pg` sends a parameter. An array is sent as a PostgreSQL array, even where JSON is expected. */
function acceptedBy(type: string): readonly Kind[] {
  const kind = kindOf(type);
  if (kind === 'json') return ['json', 'string'];
  return type === 'numeric' || type === 'int8' ? ['string', 'number'] : [kind];
}

/** Columns whose field in Prisma's schema has another name than its camel case: `operations.settled_by` is `resolvedBy`. */
const fieldOf: ReadonlyMap<string, string> = new Map(
  readFileSync(new URL('../../../../prisma/schema.prisma', import.meta.url), 'utf8')
    .split(/^model /m)
    .flatMap((model) => {
      const table = /@@map\("(\w+)"\)/.exec(model)?.[1];
      const fields = model.matchAll(/^ {2}(\w+) .*@map\("(\w+)"\)/gm);
      return [...fields].map(([, field = '', column]) => [`${table}.${column}`, field] as const);
    }),
);

/**
 * A column is named as its field in Prisma's schema, or by a part of its own name with the table's (`operations.id` as
 * `operationId`): two swapped columns are of one type, and neither has the other's name.
 */
function nameFaults({ name, origin }: DescribedColumn): string[] {
  if (origin === null) return [];
  const { table, column, columns } = origin;
  if (name === (fieldOf.get(`${table}.${column}`) ?? camel(column))) return [];
  const whole = `_${table.replace(/s$/, '')}_${column}_`;
  const isPart = whole.includes(`_${snake(name)}_`) && !columns.includes(snake(name));
  return isPart ? [] : [`"${name}" is the column ${table}.${column}`];
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
