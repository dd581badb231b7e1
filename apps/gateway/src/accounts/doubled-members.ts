/**
 * Duplicate members within one object of a JSON text, of which `JSON.parse` silently keeps the last.
 *
 * @param json a text that `JSON.parse` accepts
 * @returns their paths, each once
 */
export function doubledMembers(json: string): string[][] {
  const doubled = new Map<string, string[]>();
  const open: { readonly names: Set<string> | null; at: string | number }[] = [];
  const colon = /\s*:/y;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    const inside = open.at(-1);
    if (token === '{') open.push({ names: new Set(), at: '' });
    else if (token === '[') open.push({ names: null, at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (typeof inside?.at === 'number') inside.at += 1;
    } else {
      colon.lastIndex = index + token.length;
      if (inside?.names == null || !colon.test(json)) continue;
      const name = JSON.parse(token) as string;
      inside.at = name;
      if (!inside.names.has(name)) inside.names.add(name);
      else {
        const path = open.map(({ at }) => String(at));
        doubled.set(JSON.stringify(path), path);
      }
    }
  }
  return [...doubled.values()];
}
