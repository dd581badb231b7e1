/** What PostgreSQL 15, the oldest that the gateway supports, does not know of what later ones do. The tests run on a later one. */
export function laterThanPostgres15(text: string): string[] {
  const constructors = [
    ...text.matchAll(/\b(?:JSON|JSON_(?:OBJECT|ARRAY|SCALAR|SERIALIZE|TABLE|QUERY|VALUE|EXISTS))\s*\(/g),
  ];
  const faults = constructors.map(([found]) => `${found}…)`);
  for (const { index, 0: begin } of text.matchAll(/(?:\bFROM|\bJOIN|\bLATERAL)\s*\(\s*(?:SELECT|VALUES|WITH)\b/g)) {
    const after = text.slice(endOfParentheses(text, text.indexOf('(', index))).trimStart();
    const hasAlias =
      /^(?:AS\s+)?(?!(?:AS|WHERE|ORDER|GROUP|LIMIT|UNION|JOIN|LEFT|CROSS|ON|RETURNING|FOR)\b)["a-z_]/i.test(after);
    if (!hasAlias) faults.push(`${begin} … without an alias`);
  }
  return faults;
}

function endOfParentheses(text: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}
