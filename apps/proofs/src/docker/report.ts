/** A verified step, its duration and its result. */
export interface Row {
  readonly step: string;
  readonly seconds: number;
  readonly found: string;
}

export interface Report {
  readonly rows: readonly Row[];
  /** Runs a step and records it. Its result is the text to show. */
  readonly step: (name: string, work: () => Promise<string>) => Promise<void>;
}

export function createReport(say: (line: string) => void): Report {
  const rows: Row[] = [];
  return {
    rows,
    async step(name, work) {
      say(`${name} …`);
      const started = performance.now();
      const found = await work();
      const seconds = (performance.now() - started) / 1000;
      rows.push({ step: name, seconds, found });
      say(`  ${seconds.toFixed(1)} s. ${found}`);
    },
  };
}

/** As Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ step, seconds, found }) => `| ${step} | ${seconds.toFixed(1)} s | ${found} |`);
  return ['| step | time | found |', '| --- | --- | --- |', ...lines].join('\n');
}
