import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  bindingStatus,
  callbackState,
  cardholderStatus,
  cardStatus,
  eventTypes,
  meaningsKey,
  operationOutcome,
  operations,
  problemCodes,
  scopes,
  syncStatus,
  transactionStatus,
  transferStatus,
} from '@card-gateway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeRules } from '../src/cards/change-card.ts';
import { transition, type WriteEvent, type WriteState } from '../src/ledger/machine.ts';
import { slug } from '../src/portal/page.ts';
import { readStateDiagram, type StateDiagram } from '../src/portal/state-diagram.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

const folder = new URL('../../../docs/guides/', import.meta.url);
const files = (await readdir(folder)).sort();
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(new URL(file, folder), 'utf8')] as const)),
);
const names = files.map((file) => file.replace(/\.md$/, ''));

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ settings: { EVENTS_ALLOWED_HOSTS: 'orders.internal.example' } });
});
afterAll(() => gateway.close());

const page = async (path: string) => {
  const { status, headers, text } = await call(gateway.url, { path });
  return { status, type: headers['content-type'], text };
};

describe('the guides', () => {
  test.each(names)('%s is a page, and Markdown', async (name) => {
    const markdown = await page(`/docs/${name}.md`);
    expect(markdown).toMatchObject({ status: 200, type: 'text/markdown; charset=utf-8' });
    expect(markdown.text).toContain((texts.get(`${name}.md`) ?? '').split('<!--')[0]);
    const html = await page(`/docs/${name}`);
    expect(html).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(html.text).not.toMatch(
      /<script|https?:\/\/(?!github\.com|127\.0\.0\.1|localhost|decide\.example|orders\.internal\.example)/,
    );
  });

  test('stand in llms.txt, all of them, each with what it is about', async () => {
    const { status, type, text } = await page('/llms.txt');
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8']);
    const listed = [...text.matchAll(/^- \[[^\]]+\]\(\/docs\/([a-z-]+)\.md\): .+$/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set([...names, 'reference']));
    for (const path of linksOf(text)) expect((await page(path)).status, path).toBe(200);
  });

  test.each(['/docs/nothing', '/docs/nothing.md'])('are not there under another name: %s is 404', async (path) => {
    expect((await page(path)).status).toBe(404);
  });

  test('have links that lead somewhere', async () => {
    const anchors = new Map([...texts].map(([file, text]) => [file.replace(/\.md$/, ''), headingsOf(text)]));
    const { text: document } = await page('/openapi.json');
    const { info, paths, webhooks } = JSON.parse(document) as {
      info: { description: string };
      paths: Record<string, Record<string, { tags: string[] }>>;
      webhooks: Record<string, Record<string, { tags: string[] }>>;
    };
    const entries = (group: typeof paths, kind: string) =>
      Object.entries(group).flatMap(([path, methods]) =>
        Object.entries(methods).map(
          ([method, { tags }]) =>
            `tag/${slug(tags[0] ?? '')}/${kind}${method.toUpperCase()}/${path.replace(/^\//, '')}`,
        ),
      );
    anchors.set('reference', [...entries(paths, ''), ...entries(webhooks, 'webhook/')]);
    const everything = [...texts, ['the document', info.description] as const];
    for (const [file, link] of everything.flatMap(([file, text]) =>
      linksOf(text).map((link) => [file, link] as const),
    )) {
      if (link.startsWith('https://')) continue;
      const [path = '', anchor] = link.replace(/^([a-z-]+)\.md/, '/docs/$1').split('#');
      expect((await page(path)).status, `${link} in ${file}`).toBe(200);
      if (anchor !== undefined) expect(anchors.get(path.replace('/docs/', '')), `${link} in ${file}`).toContain(anchor);
    }
  });

  test('name every problem code', async () => {
    const { text } = await page('/docs/errors.md');
    for (const code of problemCodes) expect(text).toContain(`| \`${code}\` |`);
  });

  test('name every scope', async () => {
    const { text } = await page('/docs/accounts.md');
    for (const scope of scopes) expect(text).toContain(`| \`${scope}\` |`);
  });

  test('name every type of event', async () => {
    const { text } = await page('/docs/events.md');
    for (const type of eventTypes) expect(text).toContain(`| \`${type}\` |`);
  });

  test('name every operation in the reference as Markdown', async () => {
    const { text } = await page('/docs/reference.md');
    for (const [id, { method, path }] of Object.entries(operations)) {
      expect(text).toContain(`\`${method} ${path}\` (\`${id}\``);
    }
  });

  test('issue the first card as they say', async () => {
    const { key } = await gateway.key({ scopes: ['catalog:read', 'cards:read', 'cards:write'] });
    const blocks = [...(texts.get('first-card.md') ?? '').matchAll(/```sh\n([^`]+)```/g)].map(
      ([, block]) => block ?? '',
    );
    const [settings, ...calls] = blocks;
    expect(settings).toMatch(/^GATEWAY=.+\nKEY=.+\n$/);
    const set = [`GATEWAY=${gateway.url}`, `KEY=${key}`];
    let answer = '';
    for (const block of calls) {
      // The value that a reader copies from the previous answer.
      const script = block.replaceAll(/^(\w+)=(\w+_)\w{26}$/gm, (_, name: string, prefix: string) => {
        const assignment = `${name}=${new RegExp(`"id":"(${prefix}\\w+)"`).exec(answer)?.[1]}`;
        set.push(assignment);
        return assignment;
      });
      set.push(...(/^REFERENCE=.+$/m.exec(script) ?? []).map(() => 'REFERENCE=user-1'));
      const run = async () =>
        (await promisify(execFile)('bash', ['-c', [...set, script.replace(/^REFERENCE=.+$/m, ''), ''].join('\n')]))
          .stdout;
      const output = await run();
      if (output !== '') answer = output;
      // "Repeat until": the sandbox takes a moment.
      if (script.includes('refresh=true')) {
        await expect
          .poll(async () => (answer = await run()), { timeout: 20_000 })
          .toMatch(/"status":"(approved|active)"/);
      }
    }
    expect(JSON.parse(answer)).toMatchObject({ status: 'active', last4: expect.stringMatching(/^\d{4}$/) });
  });
});

test('events are read, and asked for, as the guide says', async () => {
  const { key, client } = await gateway.key();
  for (const user of ['a', 'b', 'c']) {
    await client.createCardholder({ body: { account: 'keysecure', reference: user, sumsubShareToken: 'share-token' } });
  }
  const blocks = [...(texts.get('events.md') ?? '').matchAll(/```sh\n([^`]+)```/g)].map(([, block]) => block ?? '');
  const run = async (block: string | undefined, cursor = ''): Promise<unknown> => {
    const script = [`GATEWAY=${gateway.url}`, `KEY=${key}`, `CURSOR=${cursor}`, block].join('\n');
    return JSON.parse((await promisify(execFile)('bash', ['-c', script])).stdout);
  };
  const [first, next, destination, ...more] = blocks;
  expect(more).toEqual([]);
  const page = (await run(first)) as { nextCursor: string; data: object[] };
  expect(page).toMatchObject({ data: [{ subjectVersion: 1 }, {}], hasMore: true });
  expect(await run(next, page.nextCursor)).toMatchObject({ data: expect.arrayContaining([expect.any(Object)]) });
  expect(await run(destination)).toMatchObject({ status: 'active', secret: expect.stringMatching(/^whsec_/) });
});

function linksOf(markdown: string): string[] {
  const code = /```[^]*?```/g;
  return [...markdown.replaceAll(code, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
}

function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => slug(heading ?? ''));
}

describe('the diagrams of states', () => {
  const sections = (texts.get('states.md') ?? '').split(/^## /m).slice(1);
  const diagrams = new Map(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      readStateDiagram(/```mermaid\n([^`]+)```/.exec(section)?.[1] ?? ''),
    ]),
  );
  const of = (title: string): StateDiagram => diagrams.get(title) ?? { transitions: [], rows: [] };

  test.each([
    ['Write', operationOutcome],
    ['Card', cardStatus],
    ['Binding', bindingStatus],
    ['Cardholder', cardholderStatus],
    ['Transfer and transaction', transferStatus],
    ['Transfer and transaction', transactionStatus],
    ['Sync', syncStatus],
    ['Callback', callbackState],
  ] as const)('%s: have the states of the contract, and what it says may follow', (title, schema) => {
    const { transitions, rows } = of(title);
    const meanings = schema.meta()?.[meaningsKey] as Record<string, string>;
    const { unrecognized: _, ...known } = meanings;
    expect(
      rows
        .flat()
        .filter((state) => state !== null)
        .sort(),
    ).toEqual(Object.keys(known).sort());
    for (const [state, meaning] of Object.entries(known)) {
      const following = transitions.filter(({ from }) => from === state).map(({ to }) => to);
      const said = [...(/Then ([^.]*)/.exec(meaning)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word);
      expect(following, state).toEqual(expect.arrayContaining(said));
      if (/Final[.;]/.test(meaning)) expect(following, state).toEqual([]);
      else if (!meaning.includes('Final')) expect(following, state).not.toEqual([]);
    }
  });

  test('Card: show the operations as the gateway allows them', () => {
    const drawn = of('Card').transitions;
    for (const change of ['activate', 'freeze', 'unfreeze', 'cancel'] as const) {
      const from = drawn.filter(({ by }) => by === change).map((transition) => transition.from);
      expect(from.sort(), change).toEqual(changeRules[change].from.filter((state) => state !== 'unrecognized').sort());
    }
  });

  test('Write: show the steps of the machine, and no other', () => {
    const at = new Date('2026-11-22T10:00:00.000Z');
    const write = (state: WriteState['state']): WriteState => ({
      state,
      fence: 1,
      leaseUntil: null,
      resolvesBy: 'look-up',
      unknownBecause: null,
      unknownSince: null,
      lookUps: 0,
      nextLookUpAt: null,
      silentSince: null,
      silentMs: 0,
      resolvedBy: null,
      resolvedAt: null,
      supersededBy: null,
    });
    const events: WriteEvent[] = [
      ...(['done', 'refused'] as const).flatMap((outcome): WriteEvent[] => [
        { kind: 'evidenceSeen', outcome, by: 'answer' },
        { kind: 'evidenceSeen', outcome, by: 'list' },
        { kind: 'resolved', outcome },
      ]),
      { kind: 'answerLost', why: 'no_answer', fence: 1 },
      { kind: 'leaseExpired' },
      { kind: 'lookUpStarted', leaseMs: 1 },
      { kind: 'lookUpFinished', showed: 'absent', fence: 1 },
      { kind: 'providerRecovered' },
      { kind: 'superseded', by: 'another' },
    ];
    const steps = operationOutcome.options.flatMap((from) =>
      events.flatMap((event) => {
        const to = transition(write(from), event, at)?.state ?? from;
        return to === from ? [] : [`${from} → ${to}`];
      }),
    );
    expect(new Set(of('Write').transitions.map(({ from, to }) => `${from} → ${to}`))).toEqual(new Set(steps));
  });
});
