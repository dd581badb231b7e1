import { operations } from '@card-gateway/contract';
import type { Guide } from './guides.ts';

/** `/llms.txt` (llmstxt.org): the index of the documentation for programs that read Markdown. */
export function llmsText(guides: readonly Guide[]): string {
  return `# Card Gateway

> One API to issue, list and manage cards and to bind bank cards, the same whichever provider stands behind it.

## Guides

${guides.map(({ name, title, about }) => `- [${title}](/docs/${name}.md): ${plain(about)}`).join('\n')}

## Reference

- [Operations](/docs/reference.md): every operation with its path, its scope and what it does
- [OpenAPI document](/openapi.json): every field, answer and example
`;
}

/** The operations as Markdown; the OpenAPI document has the details. */
export function referenceMarkdown(): string {
  const tags = Map.groupBy(Object.entries(operations), ([, { tag }]) => tag);
  const sections = [...tags].map(([tag, members]) => {
    const entries = members.map(([id, { method, path, summary, description, scopes }]) => {
      const needed = scopes.map((scope) => `\`${scope}\``).join(' or ');
      return `### ${summary}\n\n\`${method} ${path}\` (\`${id}\`; scope: ${needed})\n\n${description}`;
    });
    return `## ${tag}\n\n${entries.join('\n\n')}`;
  });
  return `# API reference\n\nEvery operation. Fields, answers and examples are in the [OpenAPI document](/openapi.json).\n\n${sections.join('\n\n')}\n`;
}

function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
