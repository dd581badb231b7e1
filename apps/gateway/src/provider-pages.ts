import { readFile } from 'node:fs/promises';
import {
  type AdapterDefinition,
  type CallbackField,
  described,
  type DescribedCallback,
} from '@card-gateway/adapter-kit';
import { callsTable } from './calls-table.ts';

const end = '<!-- Made until here. -->';
const parts = [
  {
    title: '## Every call of the documents',
    begin: '<!-- Its documented calls: made from its adapter by `pnpm run openapi`. A change here would be lost. -->',
    text: callsTable,
  },
  {
    title: '## What it sends',
    begin:
      '<!-- What the provider sends: made from its adapter by `pnpm run openapi`. A change here would be lost. -->',
    text: callbacksText,
  },
] as const;

/** The operators' pages on the providers, by path, with each adapter's description of calls and callbacks. */
export async function providerPages(adapters: readonly AdapterDefinition[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(adapters.map(pageOf)));
}

async function pageOf(adapter: AdapterDefinition): Promise<[string, string]> {
  const path = `docs/providers/${adapter.provider}.md`;
  const page = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return [path, withMadeParts(page, adapter)];
}

/**
 * The page with the parts that are made from the adapter. A part for which the page has no place yet is added at its end.
 *
 * @throws Error if a part begins and does not end
 */
export function withMadeParts(page: string, adapter: AdapterDefinition): string {
  let whole = page;
  for (const { title, begin, text } of parts) {
    const made = text(adapter);
    if (made === null) continue;
    if (!whole.includes(begin)) whole = `${whole.trimEnd()}\n\n${title}\n\n${begin}\n\n${end}\n`;
    const [before, rest] = whole.split(begin);
    const [, ...after] = rest?.split(end) ?? [];
    if (after.length === 0) {
      throw new Error(`docs/providers/${adapter.provider}.md: expected the line\n${end}\nsomewhere after\n${begin}`);
    }
    whole = [before, begin, '\n\n', made, '\n\n', end, after.join(end)].join('');
  }
  return whole;
}

function callbacksText({ callbacks }: AdapterDefinition): string | null {
  const sections = described(callbacks).map(sectionOf);
  return sections.length === 0 ? null : [...sections, refusals].join('\n\n');
}

function sectionOf({ name, section, about, path, headers, fields, example, answer }: DescribedCallback<never>): string {
  return [
    `### ${name}`,
    `${about} (${section})`,
    `Sent to \`POST ${path}\` as \`application/json\`.`,
    ...(headers.length === 0 ? [] : [table(['Header', 'What it is'], headers)]),
    table(['Field', 'Type', 'What it says'], fields),
    `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``,
    `Answer, \`${answer.contentType}\`: ${answer.about}`,
    `\`\`\`\n${answer.body}\n\`\`\``,
  ].join('\n\n');
}

function table(heads: readonly string[], rows: readonly (CallbackField | readonly [string, string])[]): string {
  const lines = rows.map(([name, ...rest]) => `| ${[`\`${name}\``, ...rest].join(' | ')} |`);
  return [`| ${heads.join(' | ')} |`, `| ${heads.map(() => '---').join(' | ')} |`, ...lines].join('\n');
}

const refusals =
  'A callback is refused if it cannot be read or verified, or names no account (401, the same for all of these), is too large (413), or comes ' +
  'from an address with many refusals (429): nothing of it is stored. With 503 nothing was stored either, and the provider must send it again.';
