import { describe, expect, test } from 'vitest';
import { type Command, parseCommand, type Request } from './command.ts';
import { UsageError } from './usage.ts';

const command = (words: string, more: Partial<Command> = {}): Command => ({
  words,
  about: `Does ${words}.`,
  options: {},
  run: async () => {},
  ...more,
});
const commands: readonly Command[] = [
  command('keys create', {
    options: {
      caller: { value: '<service>', about: 'Who calls.', isNeeded: true },
      json: { about: 'As JSON.' },
    },
    notes: 'It is shown once.',
  }),
  command('keys list'),
  command('keys revoke', { argument: '<key id>' }),
  command('migrate'),
];

function helpOf(request: Request): string | null {
  return 'help' in request ? request.help : null;
}

test('a command is found by its words, with its argument, values and switches', () => {
  expect(parseCommand(commands, ['keys', 'create', '--caller', 'shop', '--json'])).toEqual({
    command: commands[0],
    given: { argument: undefined, values: { caller: 'shop' }, switches: new Set(['json']) },
  });
  expect(parseCommand(commands, ['keys', 'revoke', 'key_1'])).toMatchObject({ given: { argument: 'key_1' } });
  expect(parseCommand(commands, ['migrate'])).toMatchObject({ command: { words: 'migrate' } });
});

test.each<[string[], string]>([
  [[], 'Usage: gateway <command> [options]\n\n  keys create  Does keys create.\n'],
  [['kesy', 'list'], 'There is no command "kesy"; did you mean "keys"? "gateway --help" lists all commands.'],
  [['keys', 'lsit'], 'There is no command "keys lsit"; did you mean "keys list"? '],
  [['keys', 'make'], 'There is no command "keys make"; expected one of create, list, revoke. '],
  [['keys'], '"gateway keys" is not a whole command: expected one of create, list, revoke. '],
  [['cards', 'list'], 'There is no command "cards". "gateway --help" lists all commands.'],
  [['--colour', 'red'], 'Expected a command before --colour. "gateway --help" lists all commands.'],
  [['keys', 'list', '--all'], 'There is no option --all.\n\nUsage: gateway keys list\n'],
  [['keys', 'list', '-x'], 'There is no option -x.\n\nUsage: gateway keys list\n'],
  [['keys', 'create', '--calller', 'x'], 'There is no option --calller; did you mean --caller?\n\nUsage: '],
  [['keys', 'create', '--json=yes'], '--json takes no value.\n\nUsage: '],
  [
    ['keys', 'create', '--caller', '--json'],
    '--caller: expected <service> behind it; one that begins with "-" is written --caller=<service>.\n\nUsage: ',
  ],
  [['keys', 'list', 'mine'], 'There is too much: "mine".\n\nUsage: gateway keys list\n'],
  [['keys', 'create', '--caller'], '--caller: expected <service> behind it; '],
])('what is no command is named with what was expected: %j', (words, expected) => {
  let message = '';
  try {
    parseCommand(commands, words);
  } catch (error) {
    if (error instanceof UsageError) ({ message } = error);
  }
  expect(message.slice(0, expected.length)).toBe(expected);
});

describe('help', () => {
  test.each([[['--help']], [['help']], [['-h']]])('%j is about all commands', (words) => {
    expect(helpOf(parseCommand(commands, words))).toMatch(
      /^Usage: gateway <command> \[options\]\n[^]*\n {2}migrate {6}Does/,
    );
  });

  test('is about a group, or one command with its options', () => {
    const group = helpOf(parseCommand(commands, ['keys', '--help']));
    expect(group).toContain('  keys list    Does keys list.');
    expect(group).not.toContain('migrate');
    const whole = [
      'Usage: gateway keys create --caller <service> [--json]',
      '',
      'Does keys create.',
      '',
      '  --caller <service>  Who calls.',
      '  --json              As JSON.',
      '',
      'It is shown once.',
    ].join('\n');
    for (const words of [
      ['keys', 'create', '--help'],
      ['help', 'keys', 'create'],
      ['keys', 'create', '--caller', '-h'],
    ]) {
      expect(helpOf(parseCommand(commands, words))).toBe(whole);
    }
    expect(helpOf(parseCommand(commands, ['help', 'keys', 'revoke']))).toMatch(
      /^Usage: gateway keys revoke <key id>\n/,
    );
  });
});
