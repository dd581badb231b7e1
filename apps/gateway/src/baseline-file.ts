import { readFile, writeFile } from 'node:fs/promises';
import type { Json } from './compatibility/json.ts';
import { withoutTexts } from './compatibility/documents.ts';

const docs = new URL('../../../docs/', import.meta.url);

/** Takes the OpenAPI document as what the next version is compared with: once a version is out. */
const document = JSON.parse(await readFile(new URL('openapi.json', docs), 'utf8')) as Json;
await writeFile(new URL('openapi.baseline.json', docs), `${JSON.stringify(withoutTexts(document))}\n`);
