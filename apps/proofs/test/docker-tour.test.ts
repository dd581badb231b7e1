import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { faultsOf, readTour, scriptOf } from '../src/docker/tour.ts';

const tour = readTour(await readFile(new URL('../../../README.md', import.meta.url), 'utf8'));

test('the README says how to start with Docker and make a key there', () => {
  expect(tour.start).toMatch(/^docker compose up --wait/);
  expect(tour.start).toMatch(/^KEY="\$\(docker compose exec -T gateway gateway keys create .*\)"$/m);
});

test('its calls need nothing of a start without Docker, and show what comes of them', () => {
  const script = scriptOf(tour);
  expect(script).toContain('gw() {');
  expect(script).toContain('docker compose exec -T gateway gateway audit list');
  expect(script).not.toMatch(/\.data|^KEY=|npx/m);
  const members = tour.calls.flatMap(({ expected }) => expected);
  expect(members).toEqual(expect.arrayContaining(['"status":"active"', '"status":"bound"', '"status":"frozen"']));
});

test('an answer that is missing, or is a problem, is found', () => {
  const short = {
    start: '',
    calls: [
      { script: 'one', expected: ['"status":"active"'] },
      { script: 'two', expected: [] },
    ],
  };
  expect(faultsOf(short, '{"status":"active"}\n--- end of a call\n{}\n--- end of a call\n')).toEqual([]);
  const faults = faultsOf(short, '{"status":"pending"}\n--- end of a call\n{"status":503}\n--- end of a call\n');
  expect(faults.map((fault) => fault.split('\n')[0])).toEqual(['no "status":"active" after:', '"status":503 after:']);
});
