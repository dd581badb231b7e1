import { readFile, writeFile } from 'node:fs/promises';
import type { Json } from './compatibility/json.ts';
import { withoutTexts } from './compatibility/documents.ts';

const docs = new URL('../../../docs/', import.meta.url);

/** Makes the current OpenAPI document the baseline for the next version; run it after a release. */
const document = JSON.parse(await readFile(new URL('openapi.json', docs), 'utf8')) as Json;
await writeFile(new URL('openapi.baseline.json', docs), `${JSON.stringify(withoutTexts(document))}\n`);
