/** The commands that the README gives a newcomer, and their results. */
export interface Tour {
  /** Starts everything with Docker and creates the key. */
  readonly start: string;
  readonly calls: readonly Call[];
}

export interface Call {
  /** For bash and zsh. */
  readonly script: string;
  /** Stable members of the answers shown below it: `"status":"active"`. */
  readonly expected: readonly string[];
}

const block = /^```(sh|json)\n(.*?)^```$/gms;
/** States and kinds, but no ids, times or amounts. */
const lasting = /"(?:approved|direction|form|kind|network|outcome|state|status|type|verdict)":(?:"[a-z_.]+"|true)/g;

/** The README's sections "With Docker", "The main job in nine calls" and "Events" as scripts. */
export function readTour(readme: string): Tour {
  const [start = ''] = blocksOf(sectionOf(readme, 'With Docker')).map(({ text }) => text);
  const calls: Call[] = [];
  const sections = ['The main job in nine calls', 'Events'].map((title) => sectionOf(readme, title));
  for (const { kind, text } of sections.flatMap(blocksOf)) {
    const last = calls.at(-1);
    if (kind === 'sh') calls.push({ script: text, expected: [] });
    else if (last !== undefined) calls[calls.length - 1] = { ...last, expected: text.match(lasting) ?? [] };
  }
  return { start, calls };
}

/** Where the calls are made: the API key, and the `gateway` command there. */
export interface Place {
  readonly key: string;
  readonly command: string;
}

/** One script of all calls, adapted to another place; a line with {@link mark} follows each. */
export function scriptOf({ calls }: Tour, { key, command }: Place): string {
  const scripts = calls.map(({ script }) =>
    script.replace(/^KEY=.*$/m, `KEY=${key}`).replaceAll(/npx -y pnpm@\S+ gateway/g, command),
  );
  return ['exec 2>&1', ...scripts.map((script) => `${script}\necho '${mark}'`)].join('\n');
}

const mark = '--- end of a call';

/** Differences between the output of {@link scriptOf} and the README: missing members, and errors. */
export function faultsOf({ calls }: Tour, output: string): string[] {
  const outputs = output.split(mark);
  return calls.flatMap(({ script, expected }, index) => {
    const { [index]: answer = '' } = outputs;
    const missing = expected.filter((member) => !answer.includes(member)).map((member) => `no ${member}`);
    const problems = answer.match(/"status":[45]\d\d|^curl: .*|command not found/gm) ?? [];
    return [...missing, ...problems].map((fault) => `${fault} after:\n${script}\nbut:\n${answer.trim()}`);
  });
}

function sectionOf(readme: string, title: string): string {
  const [, section] = new RegExp(`^## ${title}$(.*?)(?=^## |(?![^]))`, 'ms').exec(readme) ?? [];
  if (section === undefined) throw new Error(`The README has no section "${title}".`);
  return section;
}

function blocksOf(section: string): { kind: string; text: string }[] {
  return [...section.matchAll(block)].map(([, kind = '', text = '']) => ({ kind, text }));
}
