import type { DocumentedCall } from '@card-gateway/core';

/** A setting without which an account cannot use a call. */
export interface Need<Settings> {
  readonly setting: keyof Settings & string;
  /** The value that it must have: with another one the call is absent. Without `is` any value will do. */
  readonly is?: string | number | boolean;
  /** Why, for operators. */
  readonly reason: string;
}

/** A call, or a callback, that a provider's document describes or names. */
export interface ListedCall<Settings> {
  /** Its path or action, e.g. `card/apply`; its title where no path is published. */
  readonly name: string;
  readonly title: string;
  /** Where the document has it, e.g. `§6.5`. */
  readonly section: string;
  /** Settings that an account needs to use it; the first unmet need is reported. */
  readonly needs?: readonly Need<Settings>[];
  /** Why it is never used; absent where it is. */
  readonly unused?: string;
}

/** Makes the entries of an adapter's `documented-calls.ts`. */
export function listedCalls<Settings>(): {
  readonly used: (
    name: string,
    title: string,
    section: string,
    ...needs: readonly Need<Settings>[]
  ) => ListedCall<Settings>;
  readonly unused: (name: string, title: string, section: string, why: string) => ListedCall<Settings>;
} {
  return {
    used: (name, title, section, ...needs) => ({ name, title, section, needs }),
    unused: (name, title, section, why) => ({ name, title, section, unused: why }),
  };
}

/** The state of a listed call with these settings. */
export function documentedCall<Settings>(
  document: string,
  { name, title, section, needs = [], unused }: ListedCall<Settings>,
  settings: Settings,
): DocumentedCall {
  const common = { name, title, source: `${document} ${section}` };
  if (unused !== undefined) return { ...common, state: 'absent', reason: unused };
  for (const { setting, is, reason } of needs) {
    const value = settings[setting];
    if (is !== undefined && value !== is) return { ...common, state: 'absent', reason };
    if (value === undefined) return { ...common, state: 'needs-settings', reason };
  }
  return { ...common, state: 'documented', reason: null };
}
