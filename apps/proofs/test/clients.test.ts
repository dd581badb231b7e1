import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Change, serveNewer } from '../src/clients/newer.ts';
import { readOptions } from '../src/clients/options.ts';
import { table } from '../src/clients/report.ts';
import { verifiers } from '../src/clients/signatures.ts';
import { tools } from '../src/clients/tools.ts';

describe('options', () => {
  test('all tools read the committed document, or one reads another', () => {
    expect(readOptions([])).toEqual({
      document: expect.stringMatching(/\/docs\/openapi\.json$/),
      tools,
      verifiers,
    });
    expect(readOptions(['--tool', 'hey-api', '--document', 'x.json'])).toMatchObject({
      document: expect.stringMatching(/^\/.*\/x\.json$/),
      tools: [{ name: 'hey-api' }],
      verifiers: [],
    });
    expect(readOptions(['--tool', 'standard-webhooks go'])).toMatchObject({
      tools: [],
      verifiers: [{ name: 'standard-webhooks go' }],
    });
  });

  test.each([[['--tool', 'none']], [['--toool', 'hey-api']]])('%j is told how it is used', (words) => {
    expect(() => readOptions(words)).toThrow(/Usage: pnpm clients/);
  });
});

test('the table tells what a tool lacks from what it could not do and what was not tried', () => {
  const result = (name: string, reached: 'all' | 'some' | 'absent', passed: readonly string[]) => ({
    name,
    reached,
    passed,
    notes: [],
  });
  const all = ['generate', 'compile', 'tour', 'new member', 'new word'];
  const rows = table([
    result('good', 'all', all),
    result(
      'rigid',
      'some',
      all.filter((stage) => stage !== 'new member'),
    ),
    result('broken', 'some', ['generate']),
    result('away', 'absent', []),
  ]);
  expect(rows.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['', ...all],
    ['good', 'yes', 'yes', 'yes', 'yes', 'yes'],
    ['rigid', 'yes', 'yes', 'yes', 'NO', 'yes'],
    ['broken', 'yes', 'NO'],
    ['away', 'absent', 'absent', 'absent', 'absent', 'absent'],
  ]);
});

describe('a gateway of a later version', () => {
  const server = createServer((request, reply) => {
    // As a gateway does that may compress.
    if (request.headers['accept-encoding'] !== undefined) return void reply.writeHead(500).end();
    reply.writeHead(201, { 'content-type': 'application/problem+json', 'x-request-id': String(request.url) });
    reply.end('{"data":[{"network":"visa","bank":{"code":"A"}},{"network":null}]}');
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const later = { since: '1.1', list: [1] };
  test.each<[Change, unknown, number]>([
    [
      'member',
      {
        data: [
          { network: 'visa', bank: { code: 'A', addedLater: later }, addedLater: later },
          { network: null, addedLater: later },
        ],
        addedLater: later,
      },
      4,
    ],
    ['word', { data: [{ network: 'network-of-later', bank: { code: 'A' } }, { network: null }] }, 1],
  ])('answers with another %s and is the same else', async (change, body, changed) => {
    const newer = await serveNewer(url, change);
    const answer = await fetch(`${newer.url}/v1/cards?limit=1`);
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([201, '/v1/cards?limit=1']);
    expect(await answer.json()).toEqual(body);
    expect(newer.changed()).toBe(changed);
    await newer.close();
  });
});
