import { access } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
/** What the page asked another host for, and what it complained about (a breach of its CSP too). */
let faults: string[];

const sidebar = () => page.getByRole('complementary', { name: 'Sidebar' });

describe('the portal', () => {
  beforeAll(async () => {
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(10_000);
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
    await page.goto(`${gateway.url}/docs`);
    await page.getByRole('heading', { level: 1, name: 'Card Gateway' }).waitFor();
  });
  afterAll(() => page.close());

  test('introduces the service and lists every operation by its name and path', async () => {
    expect(await page.title()).toBe('Card Gateway');
    for (const heading of [
      'Accounts',
      'Outcomes',
      'Idempotency',
      'Issue a card',
      'Bind a bank card by SMS',
      'Errors',
    ]) {
      await page.getByRole('heading', { name: heading, exact: true }).first().waitFor();
    }
    for (const [id, { summary }] of everyOperation) {
      expect(await sidebar().getByRole('link', { name: summary }).count(), id).toBeGreaterThan(0);
    }
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

  test.each(['Answer', 'Outcome'])('breaks no word of its tables: %s', async (name) => {
    const cell = page.getByRole('columnheader', { name, exact: true });
    await cell.scrollIntoViewIfNeeded();
    // One line and its padding; a second line would make it taller than 60 pixels.
    expect((await cell.boundingBox())?.height).toBeLessThan(60);
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
    await sidebar().getByRole('link', { name: 'List provider accounts' }).first().click();
    await page.getByRole('button', { name: 'Test Request (get /v1/providers)' }).click();
    const client = page.getByRole('dialog');
    const answered = page.waitForResponse(`${gateway.url}/v1/providers`);
    await client.getByRole('button', { name: /^Send/ }).first().click();
    const answer = await answered;
    expect(answer.status()).toBe(200);
    expect(answer.request().headers()['authorization']).toBe(`Bearer ${key}`);
    await client.getByText('200 OK').first().waitFor();
    await client.getByText('OPEN-API card issuer').first().waitFor();
  });

  test('asked no other host for anything, and complained of nothing, in all of that', () => {
    expect(faults).toEqual([]);
  });
});

describe('what the portal is made of', () => {
  test('may speak to this host alone, and be shown in no other page', async () => {
    const { headers } = await call(gateway.url, { path: '/docs/' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('is the committed document', async () => {
    const { json } = await call(gateway.url, { path: '/openapi.json' });
    expect(json).toMatchObject({ openapi: '3.1.0', info: { title: 'Card Gateway' } });
  });
});
