import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeFile } from '../testing/compose-file.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
/** Merge keys (`<<`) are of YAML 1.1; Compose reads them. */
const parsed = (text: string): unknown => parse(text, { merge: true });
const { services, volumes } = composeFile.parse(parsed(await read('docker-compose.yml')));
const dockerfile = await read('Dockerfile');

test('the Compose file has only the attributes and the types of the Compose Specification', async () => {
  const { 'x-hardened': _, ...file } = parsed(await read('docker-compose.yml')) as Record<string, unknown>;
  expect(Object.keys(file).toSorted()).toEqual(['name', 'services', 'volumes']);
});

test.each([
  ['an unquoted scalar with a colon in a list', 'healthcheck: { test: [CMD, node, -e, a ? 0: 1] }'],
  ['an attribute that there is not', 'image: x\n    health_check: {}'],
  ['a duration without a unit', 'stop_grace_period: 30'],
])('%s is no such file', (_, text) => {
  expect(composeFile.safeParse(parsed(`services:\n  one:\n    ${text}\n`)).success).toBe(false);
});

test('what a service waits for is there, and can become what is waited for', () => {
  for (const [service, { depends_on: dependencies = {} }] of Object.entries(services)) {
    for (const [name, { condition }] of Object.entries(dependencies)) {
      const other = services[name];
      expect(other, `${service} depends on ${name}`).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck?.disable).not.toBe(true);
      if (condition === 'service_completed_successfully') expect(other?.restart).toBeUndefined();
    }
  }
});

test('every volume that is named is declared, and every declared one is used', () => {
  const used = Object.values(services).flatMap(({ volumes: mounts = [] }) =>
    mounts.map((mount) => (typeof mount === 'string' ? String(mount.split(':')[0]) : String(mount.source))),
  );
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(volumes ?? {}).toSorted());
});

test('each target that is built is a stage of the Dockerfile', () => {
  const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage);
  const targets = Object.values(services).flatMap(({ build }) =>
    typeof build === 'object' ? (build.target ?? []) : [],
  );
  expect(stages).toEqual(expect.arrayContaining(targets));
});
