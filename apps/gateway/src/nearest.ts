/**
 * The candidate that a misspelt word probably means: at most `distance` edits away (insertion, deletion, substitution, or
 * swapped neighbours); null if none is that near.
 */
export function nearest(word: string, candidates: Iterable<string>, distance = 2): string | null {
  let best: string | null = null;
  let least = distance + 1;
  for (const candidate of candidates) {
    const steps = editDistance(word, candidate, least);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Optimal string alignment distance; stops counting at `most`. */
function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) >= most) return most;
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const at = (up: number, left: number): number => rows[row - up]?.[column - left] ?? Infinity;
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          at(1, 0) + 1,
          (current[column - 1] ?? Infinity) + 1,
          at(1, 1) + (isSame ? 0 : 1),
          isSwapped ? at(2, 2) + 1 : Infinity,
        ),
      );
    }
    // A later distance is at least the least of the two rows before.
    if (Math.min(...current, ...(rows.at(-1) ?? [])) >= most) return most;
    rows.push(current);
  }
  return rows.at(-1)?.at(-1) ?? most;
}
