/** Texts of JSON whole, its punctuation singly, and whatever stands between. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * Whether an object of this JSON text names a member twice. Readers differ in which of the two they take (RFC 8259 §4), so
 * that who checks such a text and who acts on it may have read two different things.
 *
 * @param json text that JSON.parse has read
 */
export function hasDoubledMember(json: string): boolean {
  /** The names so far of each object around, null for an array. */
  const around: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') around.push(new Set());
    else if (token === '[') around.push(null);
    else if (token === '}' || token === ']') around.pop();
    else if (token === ':') {
      const names = around.at(-1);
      const name = JSON.parse(last) as string;
      if (names?.has(name)) return true;
      names?.add(name);
    }
    last = token;
  }
  return false;
}
