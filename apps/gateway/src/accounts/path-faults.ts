import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** Collects the faults of a file, each with its path. */
export interface PathFaults {
  readonly list: readonly string[];
  /** Adds a fault of one thing. */
  add(path: Path, message: string): void;
  /** Adds a fault of something unreadable: schema faults at this path are then redundant. */
  addUnreadable(path: Path, message: string): void;
  /** Adds the schema's faults of the thing at the path. */
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
