import { readFile } from 'node:fs/promises';
import { eventType, meaningsKey, problems, repeats } from '@card-gateway/contract';

export interface Guide {
  readonly name: string;
  readonly title: string;
  /** Its first paragraph, as a one-line summary. */
  readonly about: string;
  readonly markdown: string;
}

/** The guides in reading order; each is a file in docs/guides. */
const names = [
  'first-card',
  'accounts',
  'bindings',
  'outcomes',
  'idempotency',
  'events',
  'callbacks',
  'errors',
  'states',
  'going-live',
] as const;

/** Reads all guides. Comments in them are replaced by content from code: the tables of problem codes and of event types. */
export async function readGuides(): Promise<readonly Guide[]> {
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(`../../../../docs/guides/${name}.md`, import.meta.url), 'utf8');
      const markdown = text
        .replace('<!-- the problem codes -->', problemTable)
        .replace('<!-- the event types -->', eventTable);
      const [, title, about] = /^# (.+)\n\n((?:.+\n)+)/.exec(markdown) ?? [];
      if (title === undefined || about === undefined)
        throw new Error(`docs/guides/${name}.md: expected a title and what it is about.`);
      return { name, title, about: about.trim().replaceAll('\n', ' '), markdown };
    }),
  );
}

const problemTable = [
  '| Status | Code | What it means | Again? | Same key? |',
  '| --- | --- | --- | --- | --- |',
  ...Object.entries(problems).map(([code, { status, title, about, again }]) => {
    const repeat = repeats[again];
    return `| ${status} | \`${code}\` | ${title}. ${about} | ${repeat.again} | ${repeat.key} |`;
  }),
].join('\n');

const eventTable = [
  '| Type | What happened |',
  '| --- | --- |',
  ...Object.entries(eventType.meta()?.[meaningsKey] as Readonly<Record<string, string>>).map(
    ([type, meaning]) => `| \`${type}\` | ${meaning} |`,
  ),
].join('\n');
