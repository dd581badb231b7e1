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
  const file = Object.keys(parsed(await read('docker-compose.yml')) as object);
  expect(file.filter((key) => !key.startsWith('x-'))).toEqual(['name', 'services', 'volumes']);
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

test('each image is built by one service, at every start, and the others take that one', () => {
  const ours = Object.values(services).filter(({ image }) => image?.startsWith('card-gateway') === true);
  const images = [...new Set(ours.map(({ image }) => image))];
  expect(images).toHaveLength(2);
  for (const image of images) {
    const users = ours.filter((service) => service.image === image);
    expect(users.filter(({ build }) => build).map(({ pull_policy: policy }) => policy)).toEqual(['build']);
    expect(users.every(({ build, pull_policy: policy }) => build || policy === 'never')).toBe(true);
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

test('the images have the Node, the pnpm and the version of the packages', async () => {
  const { packageManager } = JSON.parse(await read('package.json')) as { packageManager: string };
  const { version } = JSON.parse(await read('apps/gateway/package.json')) as { version: string };
  const { nodeVersion } = parsed(await read('pnpm-workspace.yaml')) as { nodeVersion: string };
  expect(dockerfile).toContain(`\nFROM node:${nodeVersion}-bookworm-slim AS base\n`);
  expect(dockerfile).toContain(`npm install --global ${packageManager}\n`);
  expect(dockerfile).toContain(`\nARG VERSION=${version}\n`);
});
