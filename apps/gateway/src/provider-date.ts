/** Further ahead than any two clocks that are kept can be of each other. */
const mostAheadMs = 5 * 60_000;

/**
 * Whether a provider's date of what it says can be: one that is far ahead of the moment at which it was said is a fault, and
 * would keep out all later descriptions.
 */
export function isCredibleDate(date: Date, said: Date): boolean {
  return date.getTime() <= said.getTime() + mostAheadMs;
}
