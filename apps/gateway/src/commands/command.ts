import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';
import { UsageError } from './usage.ts';

/** The environment of a command line, and the receivers of its output. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  /** Receives a line of the result, as on standard output. */
  readonly print: (line: string) => void;
  /** Receives a line for the person, as on standard error. */
  readonly remark: (line: string) => void;
  /** Lets a command that goes on until it is interrupted end by itself. Absent: it is not interrupted. */
  readonly untilInterrupted?: () => AbortSignal;
}

interface Option {
  /** Its value, e.g. `<service>`; without one the option is a switch. */
  readonly value?: string;
  readonly about: string;
  readonly isNeeded?: true;
}

/** A command of `gateway`: its syntax, help and action. */
export interface Command {
  /** The words it is called by, e.g. `keys create`. */
  readonly words: string;
  /** The positional argument, e.g. `<key id>`. */
  readonly argument?: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** Additional text for the command's own help. */
  readonly notes?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** It speaks to a gateway, and uses no database. */
  readonly isClient?: true;
  run(given: Given): Promise<void>;
}

/** The arguments given to a command. */
export interface Given {
  readonly argument: string | undefined;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly switches: ReadonlySet<string>;
}

const asksForHelp = new Set(['--help', '-h']);

/** The parsed command line: a command with its arguments, or a help text to show. */
export type Request = { readonly help: string } | { readonly command: Command; readonly given: Given };

/** The faults found by `parseArgs`, in our words: its own are for programmers. */
function whatIsWrong(command: Command, { code, message }: Error & { readonly code?: string }): string {
  const typed = /'(?:-\w, )?(-[^'= ]*)/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = nearest(
      typed,
      Object.keys(command.options).map((name) => `--${name}`),
    );
    return `There is no option ${typed}${meant === null ? '.' : `; did you mean ${meant}?`}`;
  }
  const value = command.options[typed.slice(2)]?.value;
  if (value === undefined) return `${typed} takes no value.`;
  return `${typed}: expected ${value} behind it; one that begins with "-" is written ${typed}=${value}.`;
}

/** @throws UsageError if there is no such command, or it does not accept an argument */
export function parseCommand(commands: readonly Command[], typed: readonly string[]): Request {
  const wantsHelp = typed[0] === 'help' || typed.some((word) => asksForHelp.has(word));
  const words = typed[0] === 'help' ? typed.slice(1) : typed;
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const leading = firstOption < 0 ? words : words.slice(0, firstOption);
  if (leading.length === 0) {
    if (wantsHelp) return { help: overview(commands) };
    throw new UsageError(
      firstOption < 0 ? overview(commands) : `Expected a command before ${words[firstOption]}. ${seeHelp}`,
    );
  }
  const command = [leading.slice(0, 2).join(' '), leading[0]]
    .map((called) => commands.find((one) => one.words === called))
    .find((one) => one !== undefined);
  if (command !== undefined) {
    if (wantsHelp) return { help: helpOf(command) };
    return { command, given: parseGiven(command, words.slice(command.words.split(' ').length)) };
  }
  const group = commands.filter((one) => one.words.startsWith(`${leading[0]} `));
  if (group.length > 0 && wantsHelp) return { help: overview(group) };
  throw new UsageError(unknownCommand(commands, group, leading));
}

const seeHelp = '"gateway --help" lists all commands.';

function unknownCommand(commands: readonly Command[], group: readonly Command[], leading: readonly string[]): string {
  const [first = '', second] = leading;
  if (group.length > 0) {
    const acts = group.map(({ words }) => words.slice(first.length + 1));
    const expected = `expected one of ${acts.join(', ')}`;
    if (second === undefined) return `"gateway ${first}" is not a whole command: ${expected}. ${seeHelp}`;
    const meant = nearest(second, acts);
    const hint = meant === null ? expected : `did you mean "${first} ${meant}"`;
    return `There is no command "${first} ${second}"; ${hint}${meant === null ? '.' : '?'} ${seeHelp}`;
  }
  const meant = nearest(first, new Set(commands.map(({ words }) => words.split(' ')[0] ?? words)));
  return `There is no command "${first}"${meant === null ? '.' : `; did you mean "${meant}"?`} ${seeHelp}`;
}

function parseGiven(command: Command, words: readonly string[]): Given {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string' },
    ]),
  );
  const fail = (message: string): never => {
    throw new UsageError(`${message}\n\n${helpOf(command)}`);
  };
  let parsed;
  try {
    parsed = parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    return fail(whatIsWrong(command, error as Error & { readonly code?: string }));
  }
  const { positionals, values } = parsed;
  const most = command.argument === undefined ? 0 : 1;
  if (positionals.length > most) fail(`There is too much: "${positionals[most]}".`);
  const given = Object.entries(values);
  return {
    argument: positionals[0],
    values: Object.fromEntries(given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    switches: new Set(given.flatMap(([name, value]) => (value === true ? [name] : []))),
  };
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ words }) => words.length));
  return [
    'Usage: gateway <command> [options]',
    '',
    ...commands.map(({ words, about }) => `  ${words.padEnd(width)}  ${about}`),
    '',
    '"gateway <command> --help" says more of one; "gateway --version" shows the version.',
  ].join('\n');
}

function helpOf({ words, argument, about, notes, options }: Command): string {
  const all = Object.entries(options);
  const named = all.map(([name, { value }]) => `--${name}${value === undefined ? '' : ` ${value}`}`);
  const width = Math.max(0, ...named.map(({ length }) => length));
  const usage = all.map(([, { isNeeded }], index) => (isNeeded === true ? named[index] : `[${named[index]}]`));
  return [
    ['Usage: gateway', words, ...(argument === undefined ? [] : [argument]), ...usage].join(' '),
    '',
    about,
    ...(all.length === 0 ? [] : ['']),
    ...all.map(([, option], index) => `  ${named[index]?.padEnd(width)}  ${option.about}`),
    ...(notes === undefined ? [] : ['', notes]),
  ].join('\n');
}
