/** Copies of the entries whose members equal those given in the filter. */
export function listed<T extends object>(entries: readonly T[], filter: object = {}): T[] {
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  return entries
    .filter((entry) => wanted.every(([name, value]) => (entry as Record<string, unknown>)[name] === value))
    .map((entry) => ({ ...entry }));
}

/** There is nothing with the requested name. */
export class NotFound extends Error {}

export function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new NotFound(`There is no ${name} in the sandbox.`);
  return value;
}
