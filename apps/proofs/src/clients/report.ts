/** The stages of each tool, in this order. */
export const stages = ['generate', 'compile', 'tour', 'new member', 'new word'] as const;

export interface Result {
  readonly name: string;
  /** `absent`: the machine lacks what the tool needs. */
  readonly reached: 'all' | 'some' | 'absent';
  readonly passed: readonly string[];
  readonly notes: readonly string[];
}

/** One row per tool. */
export function table(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const cells = ({ passed, reached }: Result): string[] =>
    stages.map((stage, index) => {
      if (reached === 'absent') return 'absent';
      if (passed.includes(stage)) return 'yes';
      // The stages after a failed compilation or tour were not tried.
      return stages.slice(0, Math.min(index, 3)).every((before) => passed.includes(before)) ? 'NO' : '';
    });
  const row = (name: string, words: readonly string[]): string =>
    `${name.padEnd(width)}  ${words.map((word) => word.padEnd(12)).join('')}`.trimEnd();
  return [row('', stages), ...results.map((result) => row(result.name, cells(result)))].join('\n');
}
