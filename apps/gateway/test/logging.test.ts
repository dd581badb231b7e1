import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLog } from '../src/log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog('trace', { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const logModule = new URL('../src/log.ts', import.meta.url).href;

/** What a process of its own writes to its standard output as `script` logs, and its exit code or signal. */
function loggedByProcess(script: string): Promise<{ readonly text: string; readonly how: unknown }> {
  const whole = `
    const { setImmediate: turn } = await import('node:timers/promises');
    const { createLog } = await import(${JSON.stringify(logModule)});
    const log = createLog('info');
    ${script}`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '--eval', whole], (error, text) => {
      resolve({ text, how: error === null ? 0 : (error.signal ?? error.code) });
    });
  });
}

function messagesIn(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

const secrets = {
  cardNumber: '6217001234567890123',
  cvv: '907',
  pin: '481516',
  phone: '13912345678',
  name: 'Vexworthy',
};

describe('the log', () => {
  test('shows the fields that are named, and of others only how many there were', () => {
    const [line] = logged((log) =>
      log.info({ route: '/v1/cards/:id', status: 200, removed: 3, ...secrets, card: 'card_1' }, 'answered'),
    );
    expect(line).toEqual({
      level: 30,
      time: expect.any(String) as string,
      route: '/v1/cards/:id',
      status: 200,
      removed: 3,
      withheld: 6,
      msg: 'answered',
    });
  });

  test('shows each field that the gateway logs', async () => {
    const folder = new URL('../src/', import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter((file) => /(?<!\.test)\.ts$/.test(file));
    const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
    const calls = sources.flatMap((source) => [
      ...source.matchAll(/\blog\.(?:debug|info|warn|error)\(\s*\{([^}]*)\}/g),
    ]);
    const named = calls.flatMap(([, fields = '']) => fields.replaceAll(/\.\.\.\w+|: [^,]+/g, '').match(/\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(30);
    const fields = named.map((name) => [name, name === 'err' ? new Error('x') : 'x']);
    const [line] = logged((log) => log.info(Object.fromEntries(fields)));
    expect(line).not.toHaveProperty('withheld');
  });

  test('shows no object but an error, whatever its field is called', () => {
    const [line] = logged((log) =>
      log.info({ account: secrets, status: [secrets], route: new Map(), err: secrets }, 'x'),
    );
    expect(line).toMatchObject({ withheld: 4 });
    expect(JSON.stringify(line)).not.toMatch(/6217|907|4815|139|Vex/);
  });

  test('masks numbers in the texts of others', () => {
    const error = Object.assign(new Error('card 6217 0012 3456 7890 123 is not known'), {
      ...secrets,
      name: 'Error',
      detail: secrets,
    });
    const lines = logged((log) => {
      log.info('a phone: 13912345678');
      log.warn({ jobs: 'failed with 6217001234567890123' }, 'job queue 481516');
      log.error(error);
      log.error({ err: error });
      log.error({ err: new Error('outer', { cause: error }) }, 'no %s', secrets.cardNumber);
    });
    expect(lines.map(({ msg }) => msg)).toEqual(['a phone: ***', 'job queue ***', 'failed', 'failed', 'no %s']);
    expect(lines[1]).toMatchObject({ jobs: 'failed with ***' });
    expect(lines[2]).toMatchObject({ err: { type: 'Error', message: 'card *** is not known' } });
    expect(lines[4]).toMatchObject({ err: { cause: { message: 'card *** is not known' } } });
    expect(JSON.stringify(lines)).not.toMatch(/6217|907|4815|139|Vex/);
  });

  test('masks a message each time, also among many that have nothing to hide', () => {
    const messages = Array.from({ length: 1000 }, (_none, at) => `part ${at}`).flatMap((text) => [
      text,
      'phone 13912345678',
    ]);
    const lines = logged((log) => {
      for (const message of [...messages, ...messages]) log.info({}, message);
    });
    const masked = messages.map((message) => (message.startsWith('phone') ? 'phone ***' : message));
    expect(lines.map(({ msg }) => msg)).toEqual([...masked, ...masked]);
  });

  test('masks numbers in any form, and takes no line of a message for a frame', () => {
    const spelled = '6217.0012\u00a03456\u200b7890123';
    const error = new Error(`no card\n    at ${spelled} of Vexworthy`);
    const [text, failure] = logged((log) => {
      log.info({ text: `card ${Buffer.from(secrets.cardNumber).toString('base64')}` }, `pin ${secrets.cvv}, %s`);
      log.error({ err: error }, spelled);
    });
    expect(text).toMatchObject({ text: 'card ***', msg: 'pin ***, %s' });
    const { frames } = (failure ?? {})['err'] as { frames: string[] };
    expect(failure).toMatchObject({ msg: '***', err: { message: 'no card     at *** of Vexworthy' } });
    expect(frames[0]).toContain('logging.test.ts');
    expect(frames.join()).not.toContain('Vexworthy');
  });

  test('masks secrets by their names, should one come past the list', () => {
    const { name: _name, ...named } = secrets;
    const [line] = logged((log) => log.child({ requestId: 'r-1', ...named }).info('done'));
    expect(line).toMatchObject({ requestId: 'r-1', cardNumber: '[secret]', cvv: '[secret]', pin: '[secret]' });
    expect(JSON.stringify(line)).not.toMatch(/6217|907|4815|139/);
  });

  test('outlives an output that takes no lines, and writes them once it does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    const file = join(folder, 'log');
    await loggedByProcess(`
      const { closeSync, openSync } = await import('node:fs');
      closeSync(1);
      openSync('/dev/null', 'r');
      log.info('first');
      for (let line = 0; line < 20_000; line += 1) log.info({ text: 'x'.repeat(100) }, 'many');
      await turn();
      closeSync(1);
      openSync(${JSON.stringify(file)}, 'w');
      log.info({ text: 'x'.repeat(2000), route: 'x'.repeat(20_000) }, 'too long for what is left');
      await turn();
      log.info('after it');`);
    const text = await readFile(file, 'utf8');
    await rm(folder, { recursive: true });
    const messages = messagesIn(text);
    expect(messages[0]).toBe('first');
    expect(messages.at(-1)).toBe('after it');
    expect(text.length).toBeLessThan(1_100_000);
  });

  test.each([
    ['exits', 'process.exit(3)', 3],
    ['fails', 'throw new Error("expected")', 1],
    ['is killed after its turn', 'await turn(); process.kill(process.pid, "SIGKILL")', 'SIGKILL'],
    ['is killed after a warning', 'log.warn("two"); process.kill(process.pid, "SIGKILL")', 'SIGKILL'],
  ])('has the lines of a process that %s', async (_how, end, ended) => {
    const { text, how } = await loggedByProcess(`log.info('one'); ${end};`);
    expect(how).toBe(ended);
    expect(messagesIn(text)).toEqual(end.includes('warn') ? ['one', 'two'] : ['one']);
  });
});
