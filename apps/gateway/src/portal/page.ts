import { Marked } from 'marked';
import type { Guide } from './guides.ts';
import { escapeHtml, favicon } from './html.ts';
import { stateDiagram } from './state-diagram.ts';

/** A guide as an HTML page with navigation. It needs no script. */
export function guidePage(guide: Guide, guides: readonly Guide[]): string {
  const at = guides.indexOf(guide);
  const [previous, next] = [guides[at - 1], guides[at + 1]];
  const link = ({ name, title }: Guide, label: string): string =>
    `<a href="/docs/${name}"><small>${label}</small>${escapeHtml(title)}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(guide.title)} · Card Gateway</title>
<link rel="icon" href="${favicon}">
<link rel="alternate" type="text/markdown" href="/docs/${guide.name}.md">
<link rel="stylesheet" href="/docs/guides.css">
</head>
<body>
<header><a href="/docs/">Card Gateway</a><a href="/docs/reference">API reference</a></header>
<nav aria-label="Guides">
<ul>
${guides.map((each) => `<li><a href="/docs/${each.name}"${each === guide ? ' aria-current="page"' : ''}>${escapeHtml(each.title)}</a></li>`).join('\n')}
</ul>
<ul>
<li><a href="/docs/reference">API reference</a></li>
<li><a href="/openapi.json">OpenAPI document</a></li>
<li><a href="/llms.txt">llms.txt</a></li>
</ul>
</nav>
<main>
${toHtml(guide.markdown)}
<footer>
<p class="turn">${previous === undefined ? '<span></span>' : link(previous, 'Before')}${next === undefined ? '<a href="/docs/reference"><small>Next</small>API reference</a>' : link(next, 'Next')}</p>
<p><a href="/docs/${guide.name}.md">This page as Markdown</a></p>
</footer>
</main>
</body>
</html>
`;
}

/** Renders headings with anchors, tables with column labels, and states as diagrams. */
function toHtml(markdown: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const content = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1>${content}</h1>\n`;
        const id = slug(text);
        return `<h${depth} id="${id}"><a href="#${id}">${content}</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        // In the files these are links that GitHub can follow.
        const target = href.replace(/^([a-z-]+)\.md(?=#|$)/, '/docs/$1');
        return `<a href="${escapeHtml(target)}">${this.parser.parseInline(tokens)}</a>`;
      },
      table({ header, rows }) {
        const head = header.map(({ tokens }) => `<th scope="col">${this.parser.parseInline(tokens)}</th>`).join('');
        const body = rows.map((row) => {
          const cells = row.map(
            ({ tokens }, column) =>
              `<td data-column="${escapeHtml(header[column]?.text.replaceAll('`', '') ?? '')}"><div>${this.parser.parseInline(tokens)}</div></td>`,
          );
          return `<tr>${cells.join('')}</tr>\n`;
        });
        return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('')}</tbody>\n</table>\n`;
      },
      code({ text, lang }) {
        if (lang === 'mermaid') return `<figure>${stateDiagram(text)}</figure>\n`;
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

/** A heading's anchor, as GitHub derives it. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
