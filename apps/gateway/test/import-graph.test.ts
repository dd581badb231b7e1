import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importGraph, type ImportGraph, knots, roomGraph, roomOf } from './setup/import-graph.ts';

const files = importGraph(fileURLToPath(new URL('../src', import.meta.url)));
const rooms = roomGraph(files);

/**
 * The floors of the gateway above the ground floor, which is every other file beside the folders. A room may import what stands
 * on a lower floor, and on its own one as long as that makes no circle.
 */
const floors: readonly (readonly string[])[] = [
  ['compatibility/', 'keys/', 'measured/', 'sealed/'],
  ['accounts/'],
  ['metrics.ts', 'provider-read.ts'],
  ['services.ts'],
  ['ask-provider.ts', 'audit/', 'events/', 'guesses/', 'ledger/', 'named-cardholders/', 'read-page.ts'],
  ['http/'],
  // The slices: every folder that is named nowhere here.
  [],
  ['jobs/'],
  ['app.ts', 'command-line.ts', 'commands/', 'installation.ts', 'open-services.ts', 'server-faults.ts'],
  ['baseline-file.ts', 'cli.ts', 'generated-files.ts', 'main.ts', 'openapi-file.ts'],
];
const slices = floors.findIndex((floor) => floor.length === 0);

function floorOf(room: string): number {
  const named = floors.findIndex((floor) => floor.includes(room));
  if (named >= 0) return named;
  return room.endsWith('/') ? slices : -1;
}

function arrows(graph: ImportGraph): { readonly from: string; readonly to: string }[] {
  return [...graph].flatMap(([from, targets]) => [...targets].map((to) => ({ from, to })));
}

test('a knot is found wherever it is planted, by each of its members', () => {
  const graph = (...lines: string[]): ImportGraph =>
    new Map(lines.map((line) => line.split(' ')).map(([name = '', ...targets]) => [name, new Set(targets)]));
  expect(knots(graph('a b c', 'b d', 'c d', 'd'))).toEqual([]);
  expect(knots(graph('a b', 'b c', 'c d', 'd b e', 'e f', 'f e'))).toEqual([
    ['e', 'f'],
    ['b', 'c', 'd'],
  ]);
  expect(files.get('app.ts')).toContain('services.ts');
  expect(rooms.get('jobs/')).toContain('ledger/');
});

test('no file and no room reaches itself by what it imports', () => {
  expect(knots(files)).toEqual([]);
  expect(knots(rooms)).toEqual([]);
});

test('every floor names rooms that are there', () => {
  expect(floors.flat().filter((room) => !rooms.has(room))).toEqual([]);
});

test('no arrow leads up', () => {
  expect(arrows(rooms).filter(({ from, to }) => floorOf(to) > floorOf(from))).toEqual([]);
});

test('slices do not import each other', () => {
  const ofSlices = arrows(rooms).filter(({ from, to }) => floorOf(from) === slices && floorOf(to) === slices);
  expect(ofSlices).toEqual([]);
});

test('http/ is known to routes, the portal, the entries and what describes the routes alone', () => {
  const mayServe = /(^|\/)routes\.ts$|^portal\/|^(app|main|generated-files)\.ts$/;
  const others = arrows(files).filter(({ from, to }) => roomOf(to) === 'http/' && roomOf(from) !== 'http/');
  expect(others.filter(({ from }) => !mayServe.test(from))).toEqual([]);
});
