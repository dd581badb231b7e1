import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildClient } from '@card-gateway/client/build';
import { eventExamples } from '@card-gateway/contract';
import { Secret } from '@card-gateway/core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from './setup/callbacks.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url);
const pathOf = (path: string): string => fileURLToPath(new URL(path, root));
const examples = ['issue-card.ts', 'bind-card.ts', 'follow-events.ts', 'receive-events.ts', 'decide-payments.ts'];
/** Without what this workspace's package manager hands on to npm. */
const npmEnv = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

let gateway: TestGateway;
let folder: string;
/** Where a stranger works: outside the workspace, with the packed client and what it needs installed. */
let consumer: string;
let packed: { name: string; files: { path: string }[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-package-'));
  consumer = join(folder, 'consumer');
  const built = join(folder, 'built');
  await Promise.all([mkdir(consumer), buildClient(built)]);
  const sources = [built, join(createRequire(pathOf('packages/client/index.ts')).resolve('undici'), '..')];
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...sources],
    {
      env: npmEnv,
    },
  );
  const [client, undici] = JSON.parse(stdout) as { filename: string; name: string; files: { path: string }[] }[];
  if (client === undefined || undici === undefined) throw new Error(stdout);
  packed = client;
  await writeFile(join(consumer, 'package.json'), '{ "type": "module", "private": true }');
  const install = ['install', '--offline', '--no-audit', '--no-fund', `../${client.filename}`, `../${undici.filename}`];
  await run('npm', install, { cwd: consumer, env: npmEnv });
  for (const name of examples) await cp(pathOf(`packages/client/examples/${name}`), join(consumer, name));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the package is JavaScript with its types, and needs undici alone', async () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'package.json', 'README.md']));
  for (const path of paths) expect(path).toMatch(/^(package\.json|README\.md|[\w-]+(\.js|\.d\.ts))$/);
  const installed = join(consumer, 'node_modules/@card-gateway/client');
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(Object.keys(manifest['dependencies'] as object)).toEqual(['undici']);
  for (const path of paths.filter((name) => /\.(js|ts)$/.test(name))) {
    const imported = [...(await readFile(join(installed, path), 'utf8')).matchAll(/ from '([^'.][^']*)'/g)];
    for (const [, name] of imported) expect(name, path).toMatch(/^(undici|node:.+)$/);
  }
});

describe('a program outside the workspace', () => {
  const compile = (...files: readonly string[]): Promise<string> => {
    const options = '--noEmit --strict --exactOptionalPropertyTypes --target es2023 --module nodenext --types node';
    const tsc = [pathOf('node_modules/typescript/bin/tsc'), ...options.split(' ')];
    const types = ['--typeRoots', pathOf('node_modules/@types'), '--allowImportingTsExtensions'];
    return run(process.execPath, [...tsc, ...types, ...files], { cwd: consumer }).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
  };

  test('knows what each operation takes and answers, and which problems there are', async () => {
    await writeFile(
      join(consumer, 'typed.ts'),
      `import { type Card, type Client, GatewayProblem, type OperationInput } from '@card-gateway/client';
      export async function right(client: Client): Promise<Card> {
        const order: OperationInput<'issueCard'>['body'] = { account: 'a', product: 'p', cardholder: 'c', form: 'virtual' };
        try {
          return await client.issueCard({ body: order, idempotencyKey: 'k' });
        } catch (error) {
          if (!(error instanceof GatewayProblem)) throw error;
          switch (error.code) {
            case 'illegal-state':
            case 'a-code-of-later':
              return (await client.call('getCard', { params: { id: error.problem.operation ?? '' } })).data;
            default:
              throw error;
          }
        }
      }
      export const wrong = (client: Client): unknown[] => [
        // @ts-expect-error a form that there is not
        client.issueCard({ body: { account: 'a', product: 'p', cardholder: 'c', form: 'paper' } }),
        // @ts-expect-error no such member
        client.getCard({ params: { id: 'card_1' } }).then(({ colour }) => colour),
        // @ts-expect-error no such operation
        client.eatCard(),
        // @ts-expect-error a read has no key
        client.listCards({ idempotencyKey: 'k' }),
      ];`,
    );
    expect(await compile('typed.ts', ...examples)).toBe('');
  });
});

/** The time that a payment has is a real one: now and then a machine that is busy with other tests takes it up. */
const inRealTime = { retry: 3 };

describe('the examples run', () => {
  let apiKey: string;
  let decider: ReturnType<typeof start>;
  const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
  const [former, current] = [secret(), secret()];

  beforeAll(async () => {
    decider = start('decide-payments.ts', [], { PORT: '0', DECISION_SECRETS: `${former} ${current}` });
    const [line] = (await once(decider.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${/port: (\d+)/.exec(String(line))?.[1]}`;
    gateway = await startGateway({
      sandbox: { keysecure: { cardDelayMs: 20, cardholderInProgressMs: 10, cardholderDecisionMs: 20 } },
      callbacks: (name) =>
        name === 'keysecure-authorization'
          ? { authorization: { url, secret: new Secret(current), timeoutMs: 600 } }
          : {},
    });
    ({ key: apiKey } = await gateway.key());
  });
  afterAll(async () => {
    decider.kill();
    await gateway.close();
  });

  function start(file: string, args: readonly string[], env: Record<string, string>) {
    return spawn(process.execPath, [file, ...args], { cwd: consumer, env, stdio: ['pipe', 'pipe', 'inherit'] });
  }
  const call = (file: string, args: readonly string[] = []) =>
    start(file, args, { GATEWAY_URL: gateway.url, GATEWAY_API_KEY: apiKey });

  test('issue-card.ts: a card is ordered, becomes active and is listed', async () => {
    const [issued, ...listed] = (await text(call('issue-card.ts').stdout)).trim().split('\n');
    expect(issued).toMatch(/^card_\w{26} active \d{4}$/);
    expect(listed).toEqual([issued?.replace(' active', '')]);
  });

  test('bind-card.ts: a wrong code is told and the right one binds', async () => {
    const program = call('bind-card.ts', ['user-1', '6217001234567890123', '13800000001']);
    const { sandbox } = gateway;
    const sent = (): string => sandbox.admin.sms().at(-1)?.code ?? '';
    let output = '';
    for await (const part of program.stdout) {
      output += String(part);
      if (String(part).endsWith('SMS: ')) {
        const isFirst = !output.includes('wrong');
        program.stdin.write(`${isFirst ? sent().replaceAll(/\d/g, (digit) => String(9 - Number(digit))) : sent()}\n`);
      }
    }
    expect(output).toContain('That code is wrong.');
    expect(output).toMatch(/bind_\w{26} bound$/m);
  });

  test('bind-card.ts: reads its codes from a pipe too, and ends with it', async () => {
    const program = call('bind-card.ts', ['user-2', '6217001234567890131', '13800000002']);
    program.stdin.end('000000\n');
    const [output, [code]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
    expect(output).toMatch(/^Code of the SMS: That code is wrong\..*\nCode of the SMS: bind_\w{26} awaiting_code\n$/);
    expect(code).toBe(0);
  });

  test('follow-events.ts: killed, it goes on where it was', async () => {
    const issue = async (): Promise<string> => /card_\w+/.exec(await text(call('issue-card.ts').stdout))?.[0] ?? '';
    const follow = () => call('follow-events.ts', ['cards-seen']);
    /** What it prints until the card is active, with the rest of what it read. */
    const until = async (program: ReturnType<typeof follow>, card: string): Promise<string[]> => {
      let output = '';
      for await (const part of program.stdout) {
        output += String(part);
        if (output.includes(`card.activated ${card}`)) break;
      }
      program.kill('SIGKILL');
      return output.trim().split('\n');
    };
    const first = await issue();
    const seen = await until(follow(), first);
    const second = await issue();
    const more = await until(follow(), second);
    const versions = more.flatMap((line) => new RegExp(`${second} (\\d)$`).exec(line)?.[1] ?? []);
    expect(versions.map(Number)).toEqual(versions.map((_, index) => index + 1));
    expect(versions.length).toBeGreaterThan(1);
    // The last one may come again, with what it says of it: it was killed before or after it had kept its cursor.
    const events = (lines: readonly string[]): string[] => lines.filter((line) => /^\S+ card_/.test(line));
    expect(
      events(more)
        .slice(1)
        .filter((line) => events(seen).includes(line)),
    ).toEqual([]);
  });

  test('receive-events.ts: believes what is signed, and takes each version once', async () => {
    const program = start('receive-events.ts', [], { PORT: '0', EVENT_SECRETS: `${former} ${current}` });
    let output = '';
    program.stdout.on('data', (part: Buffer) => (output += String(part)));
    const printed = async (expected: string): Promise<void> => {
      while (!output.includes(expected)) await once(program.stdout, 'data');
    };
    await printed('listening');
    const url = `http://127.0.0.1:${/port: (\d+)/.exec(output)?.[1]}`;
    const [event] = eventExamples;
    const send = async (version: number, secret: string): Promise<number> => {
      const body = JSON.stringify({ ...event, subjectVersion: version });
      const at = new Date();
      const headers = {
        'webhook-id': event?.id ?? '',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(event?.id ?? '', at, body),
      };
      return (await post(url, { headers, body })).status;
    };
    expect(await send(2, current)).toBe(204);
    expect(await send(2, former)).toBe(204);
    expect(await send(1, current)).toBe(204);
    expect(await send(3, secret())).toBe(401);
    expect(await send(4, former)).toBe(204);
    await printed(`${event?.subject} 4\n`);
    expect(output.match(/(?<=card_\w{26} )\d/g)).toEqual(['2', '4']);
    program.kill();
  });

  test.each([
    ['401.50', '{"code":0,"message":""}'],
    ['501.50', '{"code":1,"message":"declined"}'],
  ])('decide-payments.ts: a payment of %s is decided about', inRealTime, async (amount, answer) => {
    const { admin, credentials } = gateway.sandbox;
    const message = admin.keysecure.callback({
      apiKey: credentials.keysecure[1]?.apiKey,
      action: 'Auth',
      data: {
        consume_no: `X${randomBytes(8).toString('hex')}`,
        card_no: 'C1',
        cardholder_no: 'H1',
        type: 'Consumption',
        amount: Number(amount),
        status: 'Pending',
        time: Date.now(),
      },
    });
    expect((await post(`${gateway.url}/callbacks/keysecure-authorization`, message)).text).toBe(answer);
  });
});

test('the READMEs show the examples as they are', async () => {
  const read = (path: string): Promise<string> => readFile(pathOf(path), 'utf8');
  const blocks = (markdown: string) => [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block);
  const [inRoot, inPackage] = [blocks(await read('README.md')), blocks(await read('packages/client/README.md'))];
  const files = await Promise.all(examples.map((name) => read(`packages/client/examples/${name}`)));
  expect(inRoot).toEqual([files[0]]);
  expect(inPackage).toEqual(files);
  expect(blocks(await read('docs/guides/events.md'))).toEqual(files.slice(2, 4));
});
