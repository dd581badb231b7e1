import {
  type CallExpression,
  type FunctionDeclaration,
  type Node,
  isAwaitExpression,
  isCallExpression,
  isExpressionStatement,
  isFunctionDeclaration,
  isIdentifier,
  isObjectBindingPattern,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isSpreadElement,
  isVariableDeclaration,
} from 'typescript/unstable/ast';
import type { Project, Type } from 'typescript/unstable/sync';
import { alternatives } from './evaluate.ts';
import { Lookup, Unreadable } from './values.ts';

/** One text that a call of `query` may send, with what it sends along. */
export interface Statement {
  readonly text: string;
  /** Values, or {@link Unknown}s. */
  readonly values: readonly unknown[];
  /** Whether it reads instants as text: `shownInstants`, the only parsers that a statement brings. */
  readonly showsInstants: boolean;
}

/** Functions that send a statement made of what they are given: each call of one of them sends another. */
const senders: ReadonlySet<string> = new Set(['resolving', 'sendClaims']);

/** A call in the source of `query`, or of one of the {@link senders}. */
export interface Call {
  readonly line: number;
  /** What the source says of a row; undefined where it says nothing. */
  readonly row: Type | undefined;
  readonly readsRows: boolean;
  readonly statements: readonly Statement[];
  /** Why its statements cannot be told. */
  readonly fault?: string;
}

/** All calls in a file that send a statement, but for those of `query` that only pass on what they are given. */
export function findCalls(project: Project, fileName: string): Call[] {
  const file = project.program.getSourceFile(fileName);
  if (file === undefined) throw new Error(`no such source file: ${fileName}`);
  const calls: Call[] = [];
  const visit = (node: Node): void => {
    if (isQuery(node)) calls.push(callOf(project, node));
    else if (isSender(node)) calls.push(callOf(project, node, senderOf(project, node)));
    if (!isFunctionDeclaration(node) || !senders.has(node.name?.text ?? '')) node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return calls;
}

function isQuery(node: Node): node is CallExpression {
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return false;
  const [first] = node.arguments;
  return node.expression.name.text === 'query' && first !== undefined && !isSpreadElement(first);
}

const isSender = (node: Node): node is CallExpression =>
  isCallExpression(node) && isIdentifier(node.expression) && senders.has(node.expression.text);

function senderOf(project: Project, call: CallExpression): FunctionDeclaration {
  const sender = new Lookup(project).symbolAt(call.expression)?.valueDeclaration?.resolve(project);
  if (sender === undefined || !isFunctionDeclaration(sender)) throw new Error(`no function: ${call.getText()}`);
  return sender;
}

function queryIn(node: Node): CallExpression | undefined {
  return isQuery(node) ? node : node.forEachChild(queryIn);
}

function callOf(project: Project, node: CallExpression, sender?: FunctionDeclaration): Call {
  const query = (sender && queryIn(sender)) ?? node;
  const [rowNode] = query.typeArguments ?? [];
  const line = node.getSourceFile().text.slice(0, node.expression.end).split('\n').length;
  const call = { line, row: rowNode && project.checker.getTypeAtLocation(rowNode), readsRows: readsRows(query) };
  const [config, given] = query.arguments;
  try {
    const statements = alternatives(project, (evaluator): Statement => {
      if (sender !== undefined) evaluator.enter(sender, node.arguments);
      const first = config && evaluator.evaluate(config);
      const { text, values, types }: Config = isConfig(first)
        ? first
        : { text: first, values: given && evaluator.evaluate(given) };
      if (values !== undefined && !Array.isArray(values))
        throw new Unreadable('cannot tell its values before the program runs');
      return { text: evaluator.text(text, node), values: values ?? [], showsInstants: types !== undefined };
    });
    return { ...call, statements: [...new Map(statements.map((statement) => [statement.text, statement])).values()] };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ...call, statements: [], fault: error.message };
  }
}

interface Config {
  readonly text: unknown;
  readonly values?: unknown;
  readonly types?: unknown;
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && 'text' in value;
}

/** Whether anything but the count of its rows is taken of a call's result. */
function readsRows(call: Node): boolean {
  const { parent } = call;
  if (isAwaitExpression(parent) || isParenthesizedExpression(parent)) return readsRows(parent);
  if (isExpressionStatement(parent)) return false;
  if (isPropertyAccessExpression(parent)) return parent.name.text !== 'rowCount';
  if (!isVariableDeclaration(parent) || !isObjectBindingPattern(parent.name)) return true;
  return parent.name.elements.some(({ name, propertyName = name }) => propertyName?.getText() !== 'rowCount');
}
