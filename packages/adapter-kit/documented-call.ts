import type { DocumentedCall } from '@card-gateway/core';

type Name = [name: string, title: string, section: string];

/** Builds {@link DocumentedCall} entries for one document of `docs/providers/contracts`, e.g. `onerway.md`. */
export function callsOf(document: string): {
  /** The call is used. `section` is its place in the document, e.g. `§3.1`. */
  readonly documented: (...call: Name) => DocumentedCall;
  /** The call needs a setting that this account lacks. */
  readonly needsSettings: (...call: [...Name, reason: string]) => DocumentedCall;
  /** The call is not used. */
  readonly absent: (...call: [...Name, reason: string]) => DocumentedCall;
} {
  const source = (section: string): string => `${document} ${section}`;
  return {
    documented: (name, title, section) => ({ name, title, source: source(section), state: 'documented', reason: null }),
    needsSettings: (name, title, section, reason) => {
      return { name, title, source: source(section), state: 'needs-settings', reason };
    },
    absent: (name, title, section, reason) => ({ name, title, source: source(section), state: 'absent', reason }),
  };
}
