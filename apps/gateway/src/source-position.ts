import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | null>();

/**
 * A stack frame with the position in the source where it names one in built JavaScript. Node's `--enable-source-maps` would take
 * 10 MB from the start; here a map is read when the first error is logged.
 */
export function atSource(frame: string): string {
  return frame.replace(/(file:\S+\.js):(\d+):(\d+)/, (position, file: string, line: string, column: string) => {
    const map = maps.has(file) ? maps.get(file) : readMap(file);
    maps.set(file, map ?? null);
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    // Without a mapping on its own line it is the position of a package.
    if (entry === undefined || !('originalSource' in entry) || entry.generatedLine !== Number(line) - 1)
      return position;
    return `${new URL(entry.originalSource, file).href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** Null if there is none. */
function readMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')));
  } catch {
    return null;
  }
}
