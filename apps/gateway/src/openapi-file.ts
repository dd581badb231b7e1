import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

/** Regenerates all files that are made from code. */
for (const [path, text] of Object.entries(await generatedFiles())) {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  await writeFile(file, text);
  console.log(path);
}
