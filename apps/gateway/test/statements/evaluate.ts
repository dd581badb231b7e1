import {
  type BinaryExpression,
  type Block,
  type CallExpression,
  type Expression,
  type FunctionDeclaration,
  type ObjectLiteralExpression,
  type Node,
  SyntaxKind,
  isArrayBindingPattern,
  isArrayLiteralExpression,
  isArrowFunction,
  isAsExpression,
  isBinaryExpression,
  isBindingElement,
  isBlock,
  isCallExpression,
  isConditionalExpression,
  isElementAccessExpression,
  isForOfStatement,
  isFunctionDeclaration,
  isFunctionExpression,
  isIdentifier,
  isNonNullExpression,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isObjectBindingPattern,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isReturnStatement,
  isSatisfiesExpression,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  isSpreadElement,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
  isVariableStatement,
} from 'typescript/unstable/ast';
import type { Project, Symbol } from 'typescript/unstable/sync';
import { Lookup, Path, Unknown, Unreadable, Values } from './values.ts';

type Callable = (...given: unknown[]) => unknown;

const mostAlternatives = 5000;

/** Everything that `work` comes to, whichever way each decision within it goes that depends on an unknown value. */
export function alternatives<T>(project: Project, work: (evaluator: Evaluator) => T): T[] {
  const lookup = new Lookup(project);
  const results: T[] = [];
  let script: number[] = [];
  do {
    if (results.length === mostAlternatives) throw new Unreadable(`more than ${mostAlternatives} alternatives`);
    const path = new Path(script);
    results.push(work(new Evaluator(lookup, path)));
    script = path.next();
  } while (script.length > 0);
  return results;
}

/**
 * Evaluates expressions of the source: constants, templates, and functions over them. What else there is comes to an
 * {@link Unknown} of its type.
 */
class Evaluator {
  readonly #lookup: Lookup;
  readonly #values: Values;
  readonly #bindings = new Map<number, unknown>();

  constructor(lookup: Lookup, path: Path) {
    this.#lookup = lookup;
    this.#values = new Values(lookup, path);
  }

  /** As a string: a text, or a part of one. */
  text(value: unknown, node: Node): string {
    const known = this.#values.known(value);
    if (typeof known === 'string' || typeof known === 'number') return String(known);
    throw new Unreadable(`cannot tell what \`${node.getText()}\` is before the program runs`);
  }

  evaluate(node: Node): unknown {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (isNumericLiteral(node)) return Number(node.text);
    if (node.kind === SyntaxKind.TrueKeyword) return true;
    if (node.kind === SyntaxKind.FalseKeyword) return false;
    if (node.kind === SyntaxKind.NullKeyword) return null;
    if (isTemplateExpression(node)) {
      const spans = node.templateSpans.map((span) => [this.evaluate(span.expression), span] as const);
      // A text with a part that is unknown is one itself; where it has to be known, `text` says so.
      if (spans.some(([value]) => this.#values.known(value) instanceof Unknown)) return this.#values.at(node);
      return spans.reduce(
        (text, [value, span]) => text + this.text(value, span.expression) + span.literal.text,
        node.head.text,
      );
    }
    if (
      isParenthesizedExpression(node) ||
      isAsExpression(node) ||
      isSatisfiesExpression(node) ||
      isNonNullExpression(node)
    ) {
      return this.evaluate(node.expression);
    }
    if (isIdentifier(node)) return this.#identifier(node);
    if (isConditionalExpression(node)) {
      return this.evaluate(this.#isTrue(node.condition) ? node.whenTrue : node.whenFalse);
    }
    if (isBinaryExpression(node)) return this.#binary(node);
    if (isPropertyAccessExpression(node)) {
      return this.#values.member(this.evaluate(node.expression), node.name.text, node);
    }
    if (isElementAccessExpression(node)) {
      const name = this.#values.known(this.evaluate(node.argumentExpression));
      return name instanceof Unknown
        ? this.#values.at(node)
        : this.#values.member(this.evaluate(node.expression), String(name), node);
    }
    if (isArrayLiteralExpression(node)) return this.#elements(node.elements) ?? this.#values.at(node);
    if (isObjectLiteralExpression(node)) return this.#object(node);
    if (isArrowFunction(node) || isFunctionExpression(node)) return this.#function(node);
    if (isCallExpression(node)) return this.#call(node);
    return this.#values.at(node);
  }

  /** Takes what is given to a function for its parameters. */
  enter(called: Pick<FunctionDeclaration, 'parameters'>, given: readonly Expression[]): void {
    called.parameters.forEach(({ name }, index) => {
      const value = given[index];
      this.#bind(name, value && this.evaluate(value));
    });
  }

  /** Undefined where it is not known how many they are. */
  #elements(nodes: readonly Expression[]): unknown[] | undefined {
    const elements: unknown[] = [];
    for (const node of nodes) {
      const value = this.evaluate(isSpreadElement(node) ? node.expression : node);
      if (!isSpreadElement(node)) elements.push(value);
      else if (Array.isArray(value)) elements.push(...value);
      else return undefined;
    }
    return elements;
  }

  #object(node: ObjectLiteralExpression): unknown {
    const object: Record<string, unknown> = {};
    for (const property of node.properties) {
      if (isPropertyAssignment(property)) {
        const { name, initializer } = property;
        if (isIdentifier(name) || isStringLiteral(name)) object[name.text] = this.evaluate(initializer);
        else return this.#values.at(node);
      } else if (isShorthandPropertyAssignment(property)) {
        object[property.name.getText()] = this.evaluate(property.name);
      } else if (isSpreadAssignment(property)) {
        Object.assign(object, this.evaluate(property.expression));
      } else return this.#values.at(node);
    }
    return object;
  }

  #binary(node: BinaryExpression): unknown {
    const { left, operatorToken, right } = node;
    const { kind } = operatorToken;
    if (kind === SyntaxKind.AmpersandAmpersandToken) return this.#isTrue(left) ? this.evaluate(right) : false;
    const [one, other] = [this.evaluate(left), this.evaluate(right)];
    if (kind === SyntaxKind.EqualsEqualsEqualsToken) return this.#values.equal(one, other) ?? this.#values.at(node);
    if (kind === SyntaxKind.ExclamationEqualsEqualsToken) {
      const isEqual = this.#values.equal(one, other);
      return isEqual === undefined ? this.#values.at(node) : !isEqual;
    }
    if (kind === SyntaxKind.QuestionQuestionToken) {
      return this.#values.equal(one, null) === true || this.#values.equal(one, undefined) === true ? other : one;
    }
    if (kind === SyntaxKind.PlusToken && typeof one === 'number' && typeof other === 'number') return one + other;
    return this.#values.at(node);
  }

  #isTrue(node: Expression): boolean {
    return this.#values.isTrue(this.evaluate(node));
  }

  #identifier(node: Node & { readonly text: string }): unknown {
    if (node.text === 'undefined') return undefined;
    if (node.text === 'Object') return Object;
    return this.#values.narrowed(this.#symbol(node), node);
  }

  #symbol(node: Node): unknown {
    const symbol = this.#lookup.symbolAt(node);
    if (symbol === undefined) return this.#values.at(node);
    if (!this.#bindings.has(symbol.id)) {
      const declaration = symbol.valueDeclaration?.resolve(this.#lookup.project);
      this.#bindings.set(symbol.id, this.#declared(declaration, symbol, node));
    }
    return this.#bindings.get(symbol.id);
  }

  #declared(node: Node | undefined, symbol: Symbol, used: Node): unknown {
    if (node === undefined) return this.#values.at(used);
    if (isFunctionDeclaration(node) && node.body !== undefined) return this.#function(node);
    if (isVariableDeclaration(node)) {
      if (node.initializer !== undefined && isConstant(node, node.initializer)) return this.evaluate(node.initializer);
      const loop = node.parent.parent;
      if (isForOfStatement(loop)) {
        const list = this.evaluate(loop.expression);
        if (Array.isArray(list)) return this.#values.any(list, loop);
      }
    }
    if (isBindingElement(node) && isObjectBindingPattern(node.parent) && node.dotDotDotToken === undefined) {
      const whole = this.#whole(node.parent.parent);
      const name = node.propertyName ?? node.name;
      if (whole !== undefined && name !== undefined && isIdentifier(name))
        return this.#values.member(whole, name.text, name);
    }
    const type = this.#lookup.checker.getTypeOfSymbol(symbol);
    return type === undefined ? this.#values.at(used) : this.#values.ofType(type, `symbol ${symbol.id}`);
  }

  /** What a destructuring takes apart. */
  #whole(node: Node): unknown {
    if (isVariableDeclaration(node)) return node.initializer && this.evaluate(node.initializer);
    if (!isParameterDeclaration(node)) return undefined;
    const type = this.#lookup.typeAt(node);
    return type && this.#values.ofType(type, `parameter ${node.getSourceFile().fileName}:${node.pos}`);
  }

  #function(node: Pick<FunctionDeclaration, 'parameters'> & { readonly body?: Node | undefined } & Node): Callable {
    return (...given) => {
      node.parameters.forEach(({ name, initializer }, index) => {
        this.#bind(name, given[index] === undefined && initializer ? this.evaluate(initializer) : given[index]);
      });
      if (node.body === undefined) throw new Unreadable('a function without a body');
      return isBlock(node.body) ? this.#block(node.body) : this.evaluate(node.body);
    };
  }

  #block(block: Block): unknown {
    for (const statement of block.statements) {
      if (isReturnStatement(statement)) return statement.expression && this.evaluate(statement.expression);
      if (!isVariableStatement(statement)) throw new Unreadable(`cannot follow \`${statement.getText()}\``);
      for (const { name, initializer } of statement.declarationList.declarations) {
        this.#bind(name, initializer && this.evaluate(initializer));
      }
    }
    return undefined;
  }

  #bind(name: Node, value: unknown): void {
    if (isIdentifier(name)) {
      const symbol = this.#lookup.symbolAt(name);
      if (symbol !== undefined) this.#bindings.set(symbol.id, value);
    } else if (isObjectBindingPattern(name)) {
      for (const { name: inner, propertyName, initializer } of name.elements) {
        const key = propertyName ?? inner;
        if (inner !== undefined && key !== undefined && isIdentifier(key)) {
          const member = this.#values.member(value, key.text, inner);
          this.#bind(inner, member === undefined && initializer ? this.evaluate(initializer) : member);
        }
      }
    } else if (isArrayBindingPattern(name)) {
      name.elements.forEach((element, index) => {
        if (element.name !== undefined)
          this.#bind(element.name, this.#values.member(value, String(index), element.name));
      });
    }
  }

  #call(node: CallExpression): unknown {
    const { expression } = node;
    const isNative = isPropertyAccessExpression(expression);
    const callee = this.evaluate(expression);
    if (typeof callee !== 'function') return this.#values.at(node);
    const given = this.#elements(node.arguments);
    if (given === undefined || (isNative && given.some((value) => value instanceof Unknown)))
      return this.#values.at(node);
    try {
      return (callee as Callable)(...given);
    } catch (error) {
      if (error instanceof Unreadable) return this.#values.at(node);
      throw error;
    }
  }
}

/** An array that begins empty is filled later. */
function isConstant(declaration: Node, initializer: Node): boolean {
  const isFilled = isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
  return declaration.parent.getText().startsWith('const') && !isFilled;
}
