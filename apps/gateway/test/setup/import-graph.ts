import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** What imports what: of each name, the names that it imports, types too. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

const imported = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** The files below a folder, tests left out, by their paths in it. What they import elsewhere is left out too. */
export function importGraph(folder: string): ImportGraph {
  const files = globSync('**/*.ts', { cwd: folder }).filter((file) => !file.endsWith('.test.ts'));
  const targetsOf = (file: string): string[] => {
    const targets = readFileSync(join(folder, file), 'utf8').matchAll(imported);
    return [...targets].map(([, target = '']) => normalize(join(dirname(file), target)));
  };
  const known = new Set(files);
  return new Map(files.sort().map((file) => [file, new Set(targetsOf(file).filter((target) => known.has(target)))]));
}

/** The room of a file: its folder, written `cards/`; a file beside the folders is a room of its own. */
export function roomOf(file: string): string {
  const [folder = '', ...below] = file.split('/');
  return below.length === 0 ? file : `${folder}/`;
}

/** Which rooms import which others. */
export function roomGraph(files: ImportGraph): ImportGraph {
  const rooms = new Map<string, Set<string>>();
  for (const [file, targets] of files) {
    const room = roomOf(file);
    const others = [...targets].map(roomOf).filter((other) => other !== room);
    rooms.set(room, (rooms.get(room) ?? new Set()).union(new Set(others)));
  }
  return rooms;
}

/** What reaches itself by its imports: the strongly connected components of more than one member (Tarjan), each sorted. */
export function knots(graph: ImportGraph): string[][] {
  const found: string[][] = [];
  const indexes = new Map<string, number>();
  const open: string[] = [];

  function visit(name: string): number {
    const index = indexes.size;
    indexes.set(name, index);
    open.push(name);
    let lowest = index;
    for (const target of graph.get(name) ?? []) {
      if (!indexes.has(target)) lowest = Math.min(lowest, visit(target));
      else if (open.includes(target)) lowest = Math.min(lowest, indexes.get(target) ?? index);
    }
    if (lowest === index) {
      const members = open.splice(open.indexOf(name));
      if (members.length > 1) found.push(members.sort());
    }
    return lowest;
  }

  for (const name of graph.keys()) if (!indexes.has(name)) visit(name);
  return found;
}
