import { readFile } from 'node:fs/promises';
import type { AdapterDefinition, CallbackField, DocumentedCallback } from '@card-gateway/adapter-kit';

const begin =
  '<!-- What the provider sends: made from its adapter by `pnpm run openapi`. A change here would be lost. -->';
const end = '<!-- Made until here. -->';

/** The operators' pages of providers that send callbacks, by path, each with its adapter's description of them. */
export async function callbackPages(adapters: readonly AdapterDefinition[]): Promise<Record<string, string>> {
  const pages = adapters.flatMap(({ provider, callbacks = [] }) =>
    callbacks.length === 0 ? [] : [pageWith(`docs/providers/${provider}.md`, callbacks)],
  );
  return Object.fromEntries(await Promise.all(pages));
}

/** @throws Error if the page lacks the markers */
async function pageWith(path: string, callbacks: readonly DocumentedCallback[]): Promise<[string, string]> {
  const page = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const [before, rest] = page.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (after === undefined) throw new Error(`${path}: expected the lines\n${begin}\n${end}`);
  return [
    path,
    [before, begin, '\n\n', callbacks.map(sectionOf).join('\n\n'), '\n\n', refusals, '\n\n', end, after].join(''),
  ];
}

function sectionOf({ name, about, path, headers, fields, example, answer }: DocumentedCallback): string {
  return [
    `### ${name}`,
    about,
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
