import type { DocumentedCall } from '@card-gateway/core';

type Name = [name: string, title: string, section: string];

/** Makes the entries of {@link DocumentedCall} for the calls of one document of `docs/providers/contracts`, e.g. `onerway.md`. */
export function callsOf(document: string): {
  /** It is used. `section` is where it stands, e.g. `§3.1`. */
  readonly documented: (...call: Name) => DocumentedCall;
  /** It would be used with a setting that this account has not. */
  readonly needsSettings: (...call: [...Name, reason: string]) => DocumentedCall;
  /** It is not used. */
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
