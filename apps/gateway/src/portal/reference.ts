import { type Operation, operations } from '@card-gateway/contract';
import type { Json } from '../http/document.ts';
import { leftOut } from '../http/webhooks.ts';
import { escapeHtml, favicon } from './html.ts';
import { samplesOf } from './samples.ts';

/** The API reference: Scalar, configured to contact only this host. */
export function referencePage(script: string, document: string): string {
  const configuration = {
    url: document,
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    authentication: { preferredSecurityScheme: 'apiKey' },
    defaultOpenAllTags: true,
    orderSchemaPropertiesBy: 'preserve',
    // The offered download would contain the try-it's values; the introduction links the document itself.
    documentDownloadType: 'none',
    hideModels: true,
    // The document has its own samples; Scalar's would contain its placeholder for the Idempotency-Key.
    hiddenClients: true,
    favicon,
    customCss,
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · Card Gateway</title>
<link rel="icon" href="${favicon}">
</head>
<body>
<noscript>The API reference needs JavaScript. As text: <a href="/docs/reference.md">reference.md</a>.</noscript>
<script id="api-reference" type="application/json" data-url="${document}" data-configuration="${escapeHtml(JSON.stringify(configuration))}"></script>
<script src="${script}"></script>
</body>
</html>
`;
}

const customCss = `
/* Words of a narrow column are not broken in the middle. */
.markdown th, .markdown td code { white-space: nowrap !important; }
/* Where a link leads gets the focus, and needs no frame. */
section[tabindex='-1']:focus { outline: none !important; }
/* On a phone it would lie upon the address; the page has a menu of its own. */
@media (max-width: 767px) { [role='dialog'] .scalar-sidebar-toggle { display: none !important; } }
/* The gateway sends these; there is nothing here to try. */
[id*='/webhook/'] .show-api-client-button { display: none !important; }
`;

/**
 * The OpenAPI document for the portal: its try-it sends exactly what the reader entered, with a new Idempotency-Key per
 * request, and its samples can be copied as they are.
 *
 * @param document is changed
 */
export function forPortal(document: Json): Json {
  const schemas = (document['components'] as Json)['schemas'] as Json;
  for (const methods of Object.values(document['paths'] as Json)) {
    for (const route of Object.values(methods as Json) as Json[]) {
      const id = route['operationId'] as string;
      const operation: Operation = operations[id as keyof typeof operations];
      route['x-codeSamples'] = samplesOf(id, operation);
      withoutOtherForm(route, operation);
      for (const parameter of (route['parameters'] ?? []) as Json[]) untouched(parameter, schemas);
    }
  }
  for (const { post } of Object.values(document['webhooks'] as Json) as { post: Json }[]) delete post[leftOut];
  return document;
}

/** Scalar would show the other form of an answer in place of the JSON; the description names it. */
function withoutOtherForm(route: Json, { success: { status, otherwise } }: Operation): void {
  const { content } = (route['responses'] as Json)[status] as { content: Json };
  if (otherwise !== undefined) delete content[otherwise.mediaType];
}

/** Scalar would preselect the first value of a list, send a default, and warn of an empty date. */
function untouched(parameter: Json, schemas: Json): void {
  const { $ref, format: _format, ...inline } = parameter['schema'] as Json;
  if (typeof $ref !== 'string') parameter['schema'] = inline;
  const schema = typeof $ref === 'string' ? (schemas[$ref.slice($ref.lastIndexOf('/') + 1)] as Json) : inline;
  // Scalar replaces this with a new random UUID on each request.
  if (parameter['name'] === 'Idempotency-Key') parameter['example'] = '{{$guid}}';
  else if (parameter['required'] !== true && (schema['enum'] !== undefined || schema['default'] !== undefined)) {
    parameter['examples'] = { unset: { value: schema['default'] ?? '', 'x-disabled': true } };
  }
}
