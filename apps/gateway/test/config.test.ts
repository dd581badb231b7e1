import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ConfigError, envExample, readConfig, readSettings } from '../src/config.ts';
import { compileCache } from './setup/compile-cache.ts';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const good = {
  DATABASE_URL: 'postgresql://user:hush-hush@localhost/cards',
  GATEWAY_ACCOUNTS: 'accounts.json',
  GATEWAY_SEALING_KEYS: key('s1', 1),
  GATEWAY_FINGERPRINT_KEYS: key('f1', 2),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

const names = [...envExample().matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name ?? '');
const needed = Object.keys(good);

test('what is needed is four settings; all others have a default', () => {
  expect(names.length).toBeGreaterThan(20);
  const config = readConfig(good);
  expect(Object.keys(config).sort()).toEqual(names.toSorted());
  expect(config).toMatchObject({ HOST: '127.0.0.1', PORT: 8080, LOG_LEVEL: 'info' });
});

test('metrics are among what callers reach in development, and on a port of their own in production', () => {
  const production = { ...good, NODE_ENV: 'production' };
  expect([readConfig(good), readConfig(production)].map((config) => config.METRICS_PORT)).toEqual(['main', 9464]);
  expect(readConfig({ ...production, METRICS_PORT: 'main' }).METRICS_PORT).toBe('main');
  expect(faultsOf(() => readConfig({ ...production, PORT: '9464' }))[0]).toMatch(
    /^METRICS_PORT: expected another port/,
  );
});

test('every missing setting is told at once, with how to mend it', () => {
  const faults = faultsOf(() => readConfig({}));
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(needed);
  for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+: it is not set.*\. [A-Z].+\.$/);
});

test('every malformed setting is told at once, with what was expected', () => {
  const faults = faultsOf(() => readConfig(Object.fromEntries(names.map((name) => [name, '\n']))));
  const faulty = new Set(faults.map((fault) => fault.split(':')[0]));
  // Of these any text will do.
  const free = new Set(['HOST', 'GATEWAY_ACCOUNTS', 'NO_PROXY']);
  expect([...faulty]).toEqual(names.filter((name) => !free.has(name)));
  for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+: expected .+\. .+\.$/);
});

const numbers = names.filter((name) => typeof (readConfig(good) as Record<string, unknown>)[name] === 'number');

test.each(numbers)('%s is a whole number within its limits', (name) => {
  for (const text of ['-1', '1.5', '1e3', '0x10', ' 5', 'ten', '99999999999999999999', 'Infinity', '٣']) {
    const [fault, ...more] = faultsOf(() => readConfig({ ...good, [name]: text }));
    expect(fault, text).toMatch(new RegExp(`^${name}: expected (a whole number from|at least|at most) \\d`));
    expect(more).toEqual([]);
  }
});

test('an empty setting is one that is not set', () => {
  expect(readConfig({ ...good, PORT: '' }).PORT).toBe(8080);
  expect(faultsOf(() => readConfig({ ...good, DATABASE_URL: '' }))).toHaveLength(1);
});

test('the heap above which requests are turned away follows the heap limit of the process', async () => {
  const script = `
    import { readSettings } from ${JSON.stringify(new URL('../src/config.ts', import.meta.url).href)};
    import { getHeapStatistics } from 'node:v8';
    console.log(readSettings(['OVERLOAD_HEAP_BYTES'], {}).OVERLOAD_HEAP_BYTES / getHeapStatistics().heap_size_limit);`;
  for (const size of [64, 512]) {
    const flags = [`--max-old-space-size=${size}`, '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(Number(stdout)).toBeCloseTo(0.85);
  }
});

test.each(['mysql://x/y', 'localhost:5432', 'https://x', 'cards'])('%s is no database', (url) => {
  expect(faultsOf(() => readConfig({ ...good, DATABASE_URL: url }))).toEqual([
    expect.stringMatching(/^DATABASE_URL: expected postgresql:\/\/<user>.* as %2F.*\. PostgreSQL 15/),
  ]);
});

describe.each(['GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS'])('%s', (name) => {
  test.each([
    ['without an id', Buffer.alloc(32).toString('base64')],
    ['too short', `k:${Buffer.alloc(31).toString('base64')}`],
    ['too long', `k:${Buffer.alloc(33).toString('base64')}`],
    ['with an id of other letters', `K 1:${Buffer.alloc(32).toString('base64')}`],
    ['with an empty one in the list', `${key('k', 3)},`],
    ['with more colons', `${key('k', 3)}:x`],
  ])('is no key %s', (_what, text) => {
    const faults = faultsOf(() => readConfig({ ...good, [name]: text }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: expected "<id>:<base64 of 32 bytes>".*openssl rand -base64 32`));
    expect(faults[0]).not.toContain(text.slice(2, 20));
  });

  test('names each key once', () => {
    const faults = faultsOf(() => readConfig({ ...good, [name]: `${key('k', 3)},${key('k', 4)}` }));
    expect(faults[0]).toMatch(/expected each key id once/);
  });

  test('is a list, newest first', () => {
    const config = readConfig({ ...good, [name]: `${key('new', 3)}, ${key('old', 4)}` }) as never;
    expect((config[name] as { id: string }[]).map(({ id }) => id)).toEqual(['new', 'old']);
  });
});

describe('settings that contradict each other are refused, each with how to mend it:', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a grace that ends before a write may',
      { SHUTDOWN_GRACE_MS: '20000' },
      /^SHUTDOWN_GRACE_MS: expected more than HTTP_WRITE_DEADLINE_MS \(20000\)/,
    ],
    [
      'a grace that ends before a read may',
      { HTTP_READ_DEADLINE_MS: '60000' },
      /^SHUTDOWN_GRACE_MS: expected more than HTTP_READ_DEADLINE_MS \(60000\)/,
    ],
    [
      'a reserve that leaves a provider no time to read',
      { HTTP_READ_DEADLINE_MS: '500' },
      /^HTTP_RECORDING_RESERVE_MS: expected at most 450, .*HTTP_READ_DEADLINE_MS \(500\)/,
    ],
    [
      'a reserve that leaves a provider no time to write',
      { HTTP_WRITE_DEADLINE_MS: '1000', HTTP_RECORDING_RESERVE_MS: '951' },
      /^HTTP_RECORDING_RESERVE_MS: expected at most 950, .*HTTP_WRITE_DEADLINE_MS \(1000\)/,
    ],
    [
      'metrics on a port of their own that is the other one',
      { PORT: '9000', METRICS_PORT: '9000' },
      /^METRICS_PORT: expected another port than PORT \(9000\), or "main"/,
    ],
  ])('%s', (_what, settings, fault) => {
    expect(faultsOf(() => readConfig({ ...good, ...settings }))).toEqual([expect.stringMatching(fault)]);
  });

  test('and not what only looks like it', () => {
    for (const settings of [
      { PORT: '0', METRICS_PORT: '0' },
      { HTTP_READ_DEADLINE_MS: '550', HTTP_WRITE_DEADLINE_MS: '550' },
      { HTTP_WRITE_DEADLINE_MS: '27999' },
    ]) {
      expect(faultsOf(() => readConfig({ ...good, ...settings }))).toEqual([]);
    }
  });
});

describe('a variable that is no setting', () => {
  const faultsWith = (more: Record<string, string>, elsewhere?: ReadonlySet<string>) =>
    faultsOf(() => readConfig({ ...good, ...more }, elsewhere));

  test.each([
    ['GATEWAY_SEALING_KEY', 'GATEWAY_SEALING_KEYS'],
    ['GATEWAY_SEALNIG_KEYS_FILE', 'GATEWAY_SEALING_KEYS_FILE'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['PROVIDER_CONNECTION', 'PROVIDER_CONNECTIONS'],
    ['HTTP_READ_DEADLINE', 'HTTP_READ_DEADLINE_MS'],
    ['SHUTDOWN_GRACE', 'SHUTDOWN_GRACE_MS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
  ])('and nearly one is refused with the one that was meant: %s', (name, meant) => {
    expect(faultsWith({ [name]: '1' })).toEqual([`${name}: there is no such setting; did you mean ${meant}?`]);
  });

  test('is refused if its name begins as ours do, unless the accounts file names it', () => {
    const name = 'GATEWAY_ONERWAY_KEY';
    expect(faultsWith({ [name]: 'x' })).toEqual([
      `${name}: there is no such setting (.env.example has all), and the accounts file names no such variable.`,
    ]);
    expect(faultsWith({ [name]: 'x' }, new Set([name]))).toEqual([]);
    expect(faultsWith({ [name]: '' })).toEqual([]);
  });

  test('is refused if it names a file of what is no secret', () => {
    expect(faultsWith({ HTTP_BODY_LIMIT_BYTES_FILE: '/x' })).toEqual([
      'HTTP_BODY_LIMIT_BYTES_FILE: HTTP_BODY_LIMIT_BYTES is no secret and comes from no file; set HTTP_BODY_LIMIT_BYTES itself.',
    ]);
  });

  test('and belongs to others is left alone', () => {
    const foreign = {
      HTTP_PROXY: 'http://proxy:3128',
      HTTPS_PROXY: 'http://proxy:3128',
      https_proxy: 'http://proxy:3128',
      http_proxy: 'http://proxy:3128',
      no_proxy: 'localhost',
      DATABASE_USER: 'cards',
      DATABASE_HOST: 'db',
      HOSTNAME: 'pod-1',
      PORTS: '1',
      NODE_ENV: 'production',
      // Kubernetes, of a service named "gateway".
      GATEWAY_SERVICE_HOST: '10.0.0.1',
      GATEWAY_SERVICE_PORT: '8080',
      GATEWAY_SERVICE_PORT_HTTP: '8080',
      GATEWAY_PORT: 'tcp://10.0.0.1:8080',
      GATEWAY_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      GATEWAY_PORT_8080_TCP_ADDR: '10.0.0.1',
    };
    expect(faultsWith(foreign)).toEqual([]);
  });
});

test('a key seals or makes fingerprints, not both', () => {
  const faults = faultsOf(() => readConfig({ ...good, GATEWAY_FINGERPRINT_KEYS: key('other-name', 1) }));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^GATEWAY_FINGERPRINT_KEYS: expected other keys than those of GATEWAY_SEALING_KEYS/);
});

describe('a secret', () => {
  const secrets = ['DATABASE_URL', 'GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS'] as const;

  test.each(secrets)('%s may come from a file', async (name) => {
    const file = join(folder, name);
    await writeFile(file, `${good[name]}\n`);
    const { [name]: _inline, ...others } = good;
    expect(readConfig({ ...others, [`${name}_FILE`]: file })).toEqual(readConfig(good));
  });

  test.each(secrets)('%s from a file that is not there is told by its name', (name) => {
    const { [name]: _inline, ...others } = good;
    const file = join(folder, 'nothing');
    expect(faultsOf(() => readConfig({ ...others, [`${name}_FILE`]: file }))).toEqual([
      `${name}_FILE: there is no file ${file}.`,
    ]);
  });

  test.each(secrets)('%s that is malformed in its file is told by the setting and the path of that', async (name) => {
    const file = join(folder, `malformed-${name}`);
    await writeFile(file, 'not this');
    const { [name]: _inline, ...others } = good;
    const [fault, ...more] = faultsOf(() => readConfig({ ...others, [`${name}_FILE`]: file }));
    expect(fault).toMatch(new RegExp(`^${name}_FILE: ${RegExp.escape(file)}: expected `));
    expect(more).toEqual([]);
  });

  test.each(secrets)('%s from a folder, or beside its own variable, is a fault', (name) => {
    const { [name]: _inline, ...others } = good;
    expect(faultsOf(() => readConfig({ ...others, [`${name}_FILE`]: folder }))).toEqual([
      `${name}_FILE: ${folder} is a folder; expected a file.`,
    ]);
    expect(faultsOf(() => readConfig({ ...good, [`${name}_FILE`]: folder }))).toEqual([
      `${name}: ${name}_FILE is set too; keep one of the two.`,
    ]);
  });

  test('that the user may not read is told with who that is and whose it is', async () => {
    const open = await mkdtemp('/var/tmp/config-');
    await chmod(open, 0o755);
    const file = join(open, 'secret');
    await writeFile(file, 'x', { mode: 0 });
    const nobody = 65_534;
    const isRoot = process.getuid?.() === 0;
    // Root may read everything.
    if (isRoot) process.seteuid?.(nobody);
    const uid = process.geteuid?.();
    const fault = faultsOf(() => readSettings(['DATABASE_URL'], { DATABASE_URL_FILE: file }));
    const inside = faultsOf(() => readSettings(['DATABASE_URL'], { DATABASE_URL_FILE: join(folder, 'x') }));
    if (isRoot) process.seteuid?.(0);
    await rm(open, { recursive: true });
    expect(fault).toEqual([
      expect.stringMatching(
        new RegExp(
          `^DATABASE_URL_FILE: the user (\\w+ \\(uid ${uid}\\)|with uid ${uid}) may not read ${file}, which is of uid \\d+ and gid \\d+ with mode 0000\\.$`,
        ),
      ),
    ]);
    // A file's owner is not revealed to a user who may not enter its folder.
    if (isRoot) expect(inside).toEqual([expect.stringMatching(/ may not read .+\/x\.$/)]);
  });

  test('from an empty file is malformed', async () => {
    const file = join(folder, 'empty');
    await writeFile(file, '\n');
    const { DATABASE_URL: _inline, ...others } = good;
    expect(faultsOf(() => readConfig({ ...others, DATABASE_URL_FILE: file }))[0]).toMatch(
      /^DATABASE_URL_FILE: .+: expected/,
    );
  });

  test('is in no fault', () => {
    const faults = faultsOf(() =>
      readConfig({
        ...good,
        DATABASE_URL: 'mysql://u:hush@h/d',
        GATEWAY_SEALING_KEYS: 'k1:aHVzaA==',
        LOG_LEVEL: 'loud',
      }),
    ).join();
    expect(faults).not.toMatch(/hush|aHVzaA/);
  });

  test.each(['hu@sh/x', 'hu@sh#x', 'hu@sh?x', 'hu#sh', 'hu/sh', 'hu?sh'])(
    'in a connection string is not taken for a host: %s',
    (password) => {
      const faults = faultsOf(() => readConfig({ ...good, DATABASE_URL: `postgresql://u:${password}@127.0.0.1/d` }));
      expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL: expected .* of a password as %2F/)]);
      const encoded = `postgresql://u:${encodeURIComponent(password)}@127.0.0.1/d?application_name=a@b`;
      expect(readConfig({ ...good, DATABASE_URL: encoded }).DATABASE_URL).toBe(encoded);
    },
  );
});

test('the command line needs the settings that it works with, and no others', () => {
  const { DATABASE_URL, GATEWAY_SEALING_KEYS } = good;
  expect(readSettings(['DATABASE_URL'], { DATABASE_URL })).toEqual({ DATABASE_URL });
  expect(faultsOf(() => readSettings(['DATABASE_URL'], {}))[0]).toMatch(
    /^DATABASE_URL: it is not set, nor is DATABASE_URL_FILE/,
  );
  expect(faultsOf(() => readSettings(['DATABASE_URL'], { DATABASE_URL: 'x' }))).toEqual([
    expect.stringMatching(/^DATABASE_URL: expected postgresql:\/\/<user>.* as %2F.*\. PostgreSQL 15/),
  ]);
  const both = { GATEWAY_SEALING_KEYS, GATEWAY_FINGERPRINT_KEYS: GATEWAY_SEALING_KEYS };
  expect(faultsOf(() => readSettings(['GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS'], both))[0]).toMatch(
    /^GATEWAY_FINGERPRINT_KEYS: expected other keys/,
  );
});

describe('the gateway as a process', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

  async function run(environment: Record<string, string>) {
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [main], { env: { ...compileCache, ...environment } }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  test('does not start without settings, and says which', async () => {
    const { code, stdout, stderr } = await run({ PORT: 'eighty' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toEqual([
      'The settings are not usable:',
      expect.stringMatching(/^ {2}- PORT: expected a whole number from 0 to 65535\./),
      ...needed.map((name): unknown => expect.stringMatching(new RegExp(`^ {2}- ${name}: it is not set`))),
    ]);
  });

  test('does not start with a wrong accounts file, and says where', async () => {
    const file = join(folder, 'accounts.json');
    await writeFile(file, JSON.stringify({ acme: { provider: 'acme', settings: {} } }));
    const { code, stderr } = await run({ ...good, GATEWAY_ACCOUNTS: file });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The accounts file .+ is not usable:\n {2}- \/acme\/provider: .+\n$/);
    expect(stderr).not.toContain('    at ');
  });

  test('tells the faults of settings and accounts in one report, and variables that neither knows', async () => {
    const file = join(folder, 'accounts.json');
    const settings = { baseUrl: 'http://c.example', merchantNo: '1', secretKey: { env: 'GATEWAY_ONERWAY_KEY' } };
    await writeFile(file, JSON.stringify({ onerway: { provider: 'onerway', settings } }));
    const { code, stderr } = await run({
      ...good,
      GATEWAY_ACCOUNTS: file,
      GATEWAY_ONERWAY_KEY: 'psst',
      GATEWAY_ONERWAI_KEY: 'psst',
      PORT: 'eighty',
    });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'The settings are not usable:',
      expect.stringMatching(/^ {2}- PORT: expected a whole number/),
      '  - GATEWAY_ONERWAI_KEY: there is no such setting; did you mean GATEWAY_ONERWAY_KEY?',
      `The accounts file ${file} is not usable:`,
      '  - /onerway/settings/baseUrl: expected https; only an account with "sandbox": true may use http',
    ]);
  });

  test('does not start without its database, and tells neither its password nor a stack', async () => {
    const file = join(folder, 'accounts.json');
    const settings = { baseUrl: 'http://127.0.0.1:1', merchantNo: '1', secretKey: { env: 'SECRET' } };
    await writeFile(file, JSON.stringify({ onerway: { provider: 'onerway', sandbox: true, settings } }));
    const database = new URL(inject('templateUrl'));
    database.port = '1';
    database.password = 'hush-hush';
    const { code, stderr } = await run({
      ...good,
      DATABASE_URL: database.href,
      GATEWAY_ACCOUNTS: file,
      SECRET: 'psst',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toMatch(/hush|psst/);
  });
});
