import type { AdapterDefinition, ListedCall } from '@card-gateway/adapter-kit';

type Listed = ListedCall<Record<string, unknown>>;

/**
 * A table of every documented call and callback of a provider, followed by the reasons why some are not used, or not by every
 * account.
 */
export function callsTable({ document, calls, callbacks }: AdapterDefinition): string {
  const reasons: string[] = [];
  const noted = (reason: string): string => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return `(${reasons.indexOf(reason) + 1})`;
  };
  const rows = [...calls, ...callbacks].map((call) => rowOf(call as Listed, noted));
  return [
    `Sections are of [contracts/${document}](contracts/${document}).`,
    [
      '| Call or callback | What it is | Section | Used |',
      '| --- | --- | --- | --- |',
      ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    ].join('\n'),
    ...(reasons.length === 0 ? [] : [reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')]),
  ].join('\n\n');
}

function rowOf({ name, title, section, needs = [], unused }: Listed, noted: (reason: string) => string): string[] {
  const conditions = needs.map(
    ({ setting, is, reason }) =>
      (is === undefined ? `with \`${setting}\`` : `where \`${setting}\` is \`${is}\``) + ` ${noted(reason)}`,
  );
  const used = conditions.length === 0 ? 'yes' : conditions.join(', ');
  return [`\`${name}\``, title, section, unused === undefined ? used : `no ${noted(unused)}`];
}
