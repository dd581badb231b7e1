import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { call, everyOperation } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  await access(executablePath).catch(() => {
    throw new Error(
      `There is no Chromium at ${executablePath}, and the portal is proved in a real browser: install it ("apt-get install chromium"), or name one by CHROMIUM_PATH.`,
    );
  });
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  [gateway, browser] = await Promise.all([
    startGateway({ jobs: false }),
    chromium.launch({ executablePath, args: [...args, '--disable-component-update', '--disable-sync'] }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

let page: Page;
/** Requests of the page to other hosts, and its errors (including CSP violations). */
let faults: string[];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const committed = JSON.parse(await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as {
  readonly webhooks: Record<string, { readonly post: { readonly summary: string } }>;
};

async function open(summary: string, operation: string): Promise<void> {
  await closeTryIt();
  await sidebar().getByRole('link', { name: summary }).first().click();
  await page.getByRole('button', { name: `Test Request (${operation})` }).click();
}

async function closeTryIt(): Promise<void> {
  const client = page.getByRole('dialog');
  if ((await client.count()) === 0) return;
  await page.getByRole('button', { name: 'Close Client' }).last().click();
  await client.waitFor({ state: 'hidden' });
}

/** The request that the open try-it sends to a path. */
async function send(path: string): Promise<Request> {
  const [request] = await Promise.all([
    page.waitForRequest((each) => new URL(each.url()).pathname === path),
    page.getByRole('dialog').getByRole('button', { name: /^Send/ }).first().click(),
  ]);
  await request.response();
  return request;
}

const sidebar = () => page.getByRole('complementary', { name: 'Sidebar' });

describe('the portal', () => {
  beforeAll(async () => {
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(30_000);
    faults = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== gateway.url && !['data:', 'blob:'].includes(url.protocol)) faults.push(`asks ${url.href}`);
    });
    page.on('websocket', (socket) => faults.push(`opens ${socket.url()}`));
    page.on('pageerror', (error) => faults.push(`throws ${error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
    });
    page.on('requestfailed', (request) => faults.push(`fails ${request.url()}`));
    await page.goto(`${gateway.url}/docs/reference`);
    await page.getByRole('heading', { level: 1, name: 'Card Gateway' }).waitFor();
  });
  afterAll(() => page.close());

  test('introduces the service and lists every operation by its name and path', async () => {
    expect(await page.title()).toContain('Card Gateway');
    await page.getByRole('link', { name: 'First card in five minutes' }).waitFor();
    for (const [id, { summary }] of everyOperation) {
      expect(await sidebar().getByRole('link', { name: summary }).count(), id).toBeGreaterThan(0);
    }
    // A request of the gateway to the company's service, which generators leave out.
    expect(await sidebar().getByRole('link', { name: 'Decide about a payment' }).count()).toBeGreaterThan(0);
  });

  test.each(
    everyOperation.filter(([id]) => ['listProviders', 'issueCard', 'verifyBinding', 'getOperation'].includes(id)),
  )('describes %s', async (_id, { summary, method, path }) => {
    await sidebar().getByRole('link', { name: summary }).first().click();
    await page.getByRole('heading', { level: 3, name: summary, exact: true }).waitFor();
    const tryIt = page.getByRole('button', { name: `Test Request (${method.toLowerCase()} ${path})` });
    await tryIt.waitFor();
    expect(await tryIt.count()).toBe(1);
  });

  test('offers nothing of another company: no assistant, no sharing, no cloud', async () => {
    for (const name of [/Ask AI/i, /\bMCP\b/, /Share/i, /Deploy/i, /Open API Client/i, /Generate SDK/i, /Configure/i]) {
      const found = page.getByRole('button', { name }).or(page.getByRole('link', { name }));
      expect(await found.count(), String(name)).toBe(0);
    }
  });

  test('sends a request with the key that was typed, and shows the answer', async () => {
    const { key } = await gateway.key();
    await page.getByPlaceholder('Token').first().fill(key);
    await open('List provider accounts', 'get /v1/providers');
    const client = page.getByRole('dialog');
    const request = await send('/v1/providers');
    expect((await request.response())?.status()).toBe(200);
    expect(request.headers()['authorization']).toBe(`Bearer ${key}`);
    await client.getByText('200 OK').first().waitFor();
    // Only the lines in view are on the page.
    const [first] = gateway.services.accounts.all;
    await client.getByText(`"${first?.title}"`).first().waitFor();
  });

  test('sends nothing that nobody chose, and warns of nothing', async () => {
    await open('List cards', 'get /v1/cards');
    expect(new URL((await send('/v1/cards')).url()).search).toBe('');
    expect(await page.getByRole('dialog').locator('.alert, .error').count()).toBe(0);
  });

  test('sends every write with a new Idempotency-Key', async () => {
    await page.route('**/v1/syncs', (route) => route.fulfill({ status: 202, json: {} }));
    await open('Start a sync', 'post /v1/syncs');
    const keySent = async (): Promise<string | undefined> => (await send('/v1/syncs')).headers()['idempotency-key'];
    const first = await keySent();
    expect(first).toMatch(uuid);
    await page.getByRole('dialog').getByText('202 Accepted').first().waitFor();
    // Until the page has taken in the answer, another click repeats the same request.
    const next = await vi.waitUntil(async () => {
      const key = await keySent();
      return key === first ? undefined : key;
    });
    expect(next).toMatch(uuid);
  });

  test('shows the JSON of an answer that comes in another form too', async () => {
    await closeTryIt();
    await sidebar().getByRole('link', { name: 'Read the event feed' }).first().click();
    const section = page.locator('[id$="tag/events/GET/v1/events"]').first();
    await section.getByText('"nextCursor"').first().waitFor();
    expect(await section.getByText('"specversion"').count()).toBe(0);
  });

  test('offers no try-it for what the gateway itself sends', async () => {
    await closeTryIt();
    for (const [name, { post }] of Object.entries(committed.webhooks)) {
      await sidebar().getByRole('link', { name: post.summary }).first().click();
      const section = page.locator(`[id$="/webhook/POST/${name.toLowerCase()}"]`);
      await section.getByRole('heading', { name: post.summary }).waitFor();
      expect(await section.getByRole('button', { name: /Test Request/ }).count()).toBe(0);
    }
  });

  test.each([1400, 390])('shows every guide at a width of %i pixels without cutting anything off', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${gateway.url}/docs/`);
    const guides = await page
      .getByRole('navigation', { name: 'Guides' })
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    for (const guide of guides.filter((path) => /^\/docs\/(?!reference)/.test(path))) {
      await page.goto(gateway.url + guide);
      expect(await page.evaluate('document.documentElement.scrollWidth'), guide).toBe(width);
      // Tables stay readable on a phone: no column is as narrow as a single word.
      const narrowest = await page.evaluate<number>(
        "Math.min(1000, ...[...document.querySelectorAll('td')].filter((cell) => cell.textContent.length > 40).map((cell) => cell.clientWidth))",
      );
      expect(narrowest, guide).toBeGreaterThan(200);
    }
  });

  test('asked no other host for anything, and complained of nothing, in all of that', () => {
    expect(faults).toEqual([]);
  });
});

describe('what the portal is made of', () => {
  test('may speak to this host alone, and be shown in no other page', async () => {
    const { headers } = await call(gateway.url, { path: '/docs/reference' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('comes with a script that a browser keeps for good, and that travels compressed', async () => {
    const { text } = await call(gateway.url, { path: '/docs/reference' });
    const path = /src="(\/docs\/reference\.\d+\.\d+\.\d+\.js)"/.exec(text)?.[1] ?? '';
    const plain = await encoded(path, 'identity');
    for (const [coding, decompress] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const { headers, body } = await encoded(path, `zstd, ${coding};q=0.9`);
      expect(headers['content-encoding']).toBe(coding);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['vary']).toContain('accept-encoding');
      expect(body.length).toBeLessThan(plain.body.length / 3);
      expect(decompress(body).equals(plain.body)).toBe(true);
    }
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  test('is the committed document', async () => {
    const { json } = await call(gateway.url, { path: '/openapi.json' });
    expect(json).toMatchObject({ openapi: '3.1.0', info: { title: 'Card Gateway' } });
  });
});

/** An answer as it travels. */
async function encoded(path: string, coding: string) {
  const [answer] = (await once(
    get(`${gateway.url}${path}`, { headers: { 'accept-encoding': coding } }),
    'response',
  )) as [IncomingMessage];
  return { headers: answer.headers, body: await buffer(answer) };
}
