import { type Node, isShorthandPropertyAssignment } from 'typescript/unstable/ast';
import {
  type Checker,
  type Project,
  type Symbol,
  SymbolFlags,
  type Type,
  TypeFlags,
  type TypeReference,
} from 'typescript/unstable/sync';

/** A value of which only the type is known before the program runs. */
export class Unknown {
  readonly type: Type;
  /** The same for the same value, wherever it is used. */
  readonly key: string;

  constructor(type: Type, key: string) {
    this.type = type;
    this.key = key;
  }
}

/** A value that must be known statically, and is not. */
export class Unreadable extends Error {}

/** The type checker's answers about nodes: each question costs a message to the compiler's process. */
export class Lookup {
  readonly project: Project;
  readonly checker: Checker;
  readonly #types = new Map<Node, Type | undefined>();
  readonly #symbols = new Map<Node, Symbol | undefined>();

  constructor(project: Project) {
    this.project = project;
    this.checker = project.checker;
  }

  typeAt(node: Node): Type | undefined {
    if (!this.#types.has(node)) this.#types.set(node, this.checker.getTypeAtLocation(node));
    return this.#types.get(node);
  }

  symbolAt(node: Node): Symbol | undefined {
    if (!this.#symbols.has(node)) this.#symbols.set(node, this.#symbolOf(node));
    return this.#symbols.get(node);
  }

  #symbolOf(node: Node): Symbol | undefined {
    const symbol = isShorthandPropertyAssignment(node.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.checker.getSymbolAtLocation(node);
    return symbol && symbol.flags & SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** One way through all decisions that depend on unknown values, each made once for its key. */
export class Path {
  readonly #script: readonly number[];
  readonly #taken: { readonly choice: number; readonly of: number }[] = [];
  readonly #decided = new Map<string, number>();

  constructor(script: readonly number[]) {
    this.#script = script;
  }

  decide(key: string, of: number): number {
    const before = this.#decided.get(key);
    if (before !== undefined) return before;
    const choice = this.#script[this.#taken.length] ?? 0;
    this.#taken.push({ choice, of });
    this.#decided.set(key, choice);
    return choice;
  }

  /** The decisions of the next way; empty after the last. */
  next(): number[] {
    const last = this.#taken.findLastIndex(({ choice, of }) => choice + 1 < of);
    return this.#taken.slice(0, last + 1).map(({ choice }, index) => (index === last ? choice + 1 : choice));
  }
}

/** Values on one path: as they are where that is known, else {@link Unknown}. */
export class Values {
  readonly #lookup: Lookup;
  readonly #path: Path;

  constructor(lookup: Lookup, path: Path) {
    this.#lookup = lookup;
    this.#path = path;
  }

  ofType(type: Type, key: string): unknown {
    if (isUnit(type)) return ofUnit(type);
    if (type.flags & TypeFlags.Object && this.#lookup.checker.isTupleType(type)) {
      const elements = this.#lookup.checker.getTypeArguments(type as TypeReference);
      return elements.map((element, index) => this.ofType(element, `${key}.${index}`));
    }
    return new Unknown(type, key);
  }

  /** What stands at a node, by its type alone. */
  at(node: Node): unknown {
    const type = this.#lookup.typeAt(node);
    if (type === undefined) throw new Unreadable(`no type of \`${node.getText()}\``);
    return this.ofType(type, keyOf(node));
  }

  /** As the code around its use has made sure of. */
  narrowed(value: unknown, node: Node): unknown {
    if (!(value instanceof Unknown)) return value;
    const type = this.#lookup.typeAt(node);
    const isNarrower = type !== undefined && this.#lookup.checker.isTypeAssignableTo(type, value.type);
    return isNarrower ? new Unknown(type, value.key) : value;
  }

  /** The value itself, also where its type leaves only a choice of literals. */
  known(value: unknown): unknown {
    if (!(value instanceof Unknown)) return value;
    const literals = membersOf(value.type);
    if (!literals.every(isUnit)) return value;
    return ofUnit(this.#oneOf(value, literals));
  }

  member(value: unknown, name: string, node: Node): unknown {
    if (value === undefined || value === null) return this.at(node);
    if (!(value instanceof Unknown)) {
      const member: unknown = (value as Record<string, unknown>)[name];
      return typeof member === 'function' ? (member as (...given: unknown[]) => unknown).bind(value) : member;
    }
    const objects = membersOf(value.type).filter(({ flags }) => flags & TypeFlags.Object);
    if (objects.length === 0) return this.at(node);
    const { checker } = this.#lookup;
    const property = checker.getPropertyOfType(this.#oneOf(value, objects), name);
    const type = property && checker.getTypeOfSymbol(property);
    return type === undefined ? this.at(node) : this.ofType(type, `${value.key}.${name}`);
  }

  /** Undefined where it is not known. */
  equal(left: unknown, right: unknown): boolean | undefined {
    if (left instanceof Unknown && (right === null || right === undefined)) {
      const flag = right === null ? TypeFlags.Null : TypeFlags.Undefined;
      if (!membersOf(left.type).some(({ flags }) => flags & flag)) return false;
      return this.#path.decide(`${left.key} is ${right}`, 2) === 1;
    }
    const [one, other] = [this.known(left), this.known(right)];
    return one instanceof Unknown || other instanceof Unknown ? undefined : one === other;
  }

  isTrue(value: unknown): boolean {
    const known = this.known(value);
    return known instanceof Unknown ? this.#path.decide(`${known.key} is true`, 2) === 0 : Boolean(known);
  }

  /** One of several, e.g. in a loop. */
  any(values: readonly unknown[], node: Node): unknown {
    return values[this.#path.decide(keyOf(node), values.length)];
  }

  #oneOf({ key, type }: Unknown, types: readonly Type[]): Type {
    return types[types.length === 1 ? 0 : this.#path.decide(`${key} of ${type.id}`, types.length)] as Type;
  }
}

export function membersOf(type: Type): readonly Type[] {
  return type.isUnionType() ? (type.getTypes() ?? []) : [type];
}

function isUnit(type: Type): boolean {
  return (type.flags & (TypeFlags.Literal | TypeFlags.Null | TypeFlags.Undefined)) !== 0 && !type.isUnionType();
}

function ofUnit(type: Type): unknown {
  if (type.isLiteralType()) return type.value;
  return type.flags & TypeFlags.Null ? null : undefined;
}

function keyOf(node: Node): string {
  return `${node.getSourceFile().fileName}:${node.pos}:${node.end}`;
}
