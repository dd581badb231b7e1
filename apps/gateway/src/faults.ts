/** Unusable input of an operator: every fault with its location and how to fix it. The message is for the terminal. */
export class FaultsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[], message: string) {
    super(message);
    this.name = 'FaultsError';
    this.faults = faults;
  }
}

/** @param what the unusable thing, e.g. `The settings are` */
export function listOfFaults(what: string, faults: readonly string[]): string {
  return `${what} not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`;
}
