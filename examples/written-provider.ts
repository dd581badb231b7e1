import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const template = join(import.meta.dirname, 'template');

/** A new provider's names: in paths, accounts and resources, and for people. */
export interface ProviderName {
  readonly id: string;
  readonly title: string;
}

/** The fault of a name, null if valid. Names become part of paths, identifiers and quoted text. */
export function nameFault({ id, title }: ProviderName): string | null {
  if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(id))
    return 'expected an id of small letters and digits, its words joined by "-"';
  return /^[^'"`\\\p{C}]{1,60}$/u.test(title)
    ? null
    : 'expected a title of at most 60 characters, without quotes and backslashes';
}

/** The template's files, rewritten for this provider, by their path in the repository. */
export async function filesOf(provider: ProviderName): Promise<ReadonlyMap<string, string>> {
  const named = namesIn(provider);
  const paths = globSync('**/*.{ts,json,md}', { cwd: template }).toSorted();
  return new Map(
    await Promise.all(
      paths.map(async (path) => [named(path), named(await readFile(join(template, path), 'utf8'))] as const),
    ),
  );
}

/** Both registries, each with this provider's line, by their path. */
export async function registriesOf({ id }: ProviderName, repository: string): Promise<ReadonlyMap<string, string>> {
  const lines = [
    ['apps/gateway/package.json', /^ {4}"@card-gateway\/adapter-/, `    "@card-gateway/adapter-${id}": "workspace:*",`],
    ['apps/sandbox/src/registry.ts', /^export /, `export { ${camel(id)} } from './${id}/index.ts';`],
  ] as const;
  return new Map(
    await Promise.all(
      lines.map(async ([path, alike, line]) => {
        const text = (await readFile(join(repository, path), 'utf8')).split('\n');
        const others = text.flatMap((other, place) => (alike.test(other) ? [place] : []));
        const place = others.find((other) => (text[other] ?? '') > line) ?? (others.at(-1) ?? 0) + 1;
        return [path, text.toSpliced(place, 0, line).join('\n')] as const;
      }),
    ),
  );
}

/** @throws if a file already exists */
export async function writeNew(files: ReadonlyMap<string, string>, repository: string): Promise<void> {
  for (const [path, text] of files) {
    const file = join(repository, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
}

/** The template's provider is "Acme Pay": its two words show how a name is written in each place. */
function namesIn({ id, title }: ProviderName): (text: string) => string {
  const pascal = camel(id).replace(/^./, (first) => first.toUpperCase());
  return (text) =>
    text
      .replaceAll('acme-pay', id)
      .replaceAll('acmePay', camel(id))
      .replaceAll('AcmePay', pascal)
      .replaceAll('Acme Pay', () => title);
}

function camel(id: string): string {
  return id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
