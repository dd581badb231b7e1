import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** Collects the faults of a file, each with the path of what it is about. */
export interface PathFaults {
  readonly list: readonly string[];
  /** How one thing is wrong. */
  add(path: Path, message: string): void;
  /** There is nothing at this path to look at: what a schema says of it is no news. */
  addUnreadable(path: Path, message: string): void;
  /** What a schema says of the thing at the path. */
  addIssues(path: Path, error: z.ZodError): void;
}

export function pathFaults(): PathFaults {
  const list: string[] = [];
  const unreadable = new Set<string>();
  const textOf = (path: Path): string => `/${path.map(String).join('/')}`;
  const add = (path: Path, message: string): void => {
    list.push(`${textOf(path)}: ${message}`);
  };
  return {
    list,
    add,
    addUnreadable: (path, message) => {
      unreadable.add(textOf(path));
      add(path, message);
    },
    addIssues: (path, { issues }) => {
      for (const issue of issues) {
        const at = [...path, ...issue.path];
        if (issue.code === 'unrecognized_keys') {
          for (const key of issue.keys) add([...at, key], 'there is no such setting');
        } else if (!unreadable.has(textOf(at))) add(at, issue.message);
      }
    },
  };
}
