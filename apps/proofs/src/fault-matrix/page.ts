import { disturbances, type Disturbance } from './cells.ts';
import type { FaultMatrixReport, SeenAccount } from './run.ts';

const titles: Readonly<Record<Disturbance, string>> = {
  none: 'undisturbed',
  refused_connection: 'no listener',
  refuse: 'a refusal',
  hang: 'hangs',
  reset: 'resets',
  bad_gateway: '502 page',
  work_then_hang: 'works, hangs',
  work_then_reset: 'works, resets',
  work_then_bad_gateway: 'works, 502 page',
  truncated: 'half the answer',
  unlisted_code: 'unlisted code',
  drip: 'byte by byte',
  not_json: 'not JSON',
};

/** The text of `docs/fault-matrix.md`: the results of the run. */
export function pageText({ accounts }: FaultMatrixReport): string {
  return [
    '# The outcome of every call under every fault',
    '',
    'Written by `pnpm fault-matrix`, which makes every call of every adapter under every fault, over real sockets, against the',
    "sandbox. A test fails if an adapter's results differ from this page. Each cell is the adapter's outcome, then the number of",
    "effects in the provider's ledger.",
    '',
    '| Word | Meaning |',
    '| --- | --- |',
    '| done | the documented success |',
    '| refused: … | certain that nothing happened, with the reason; `not_sent` means that the request never left |',
    '| no_answer, unreadable_answer, unlisted_code | unknown: it may have happened, and is never reported as failed |',
    '',
    'No cell with an effect may say “refused”. A write states how a lost answer is reconciled; a read is repeated.',
    ...accounts.flatMap(accountText),
    '',
  ].join('\n');
}

function accountText({ title, rows }: SeenAccount): string[] {
  const head = ['Call', 'On the wire', 'A lost answer', ...disturbances.map((one) => titles[one])];
  return [
    '',
    `## ${title}`,
    '',
    tableRow(head),
    tableRow(head.map(() => '---')),
    ...rows.map(({ name, operation, resolves, cells }) =>
      tableRow([`\`${name}\``, `\`${operation}\``, resolves ?? '–', ...disturbances.map((one) => cells[one])]),
    ),
  ];
}

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
