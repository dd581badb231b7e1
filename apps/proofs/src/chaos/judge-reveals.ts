import type { Facts, Found, Index } from './facts.ts';
import type { Reveal } from './diary.ts';
import type { AuditFact } from './store.ts';

/** The provider's ledger entry for a reveal of a card's number. */
export const revealEffect = 'private_info_shown';
/** A read is retried once if its answer is lost. */
const mostAsked = 2;

/** Denials have these problem codes, which the audit log records. */
const denials: ReadonlySet<string> = new Set(['not-found', 'reveal-limit']);

/** Checks that each reveal showed the requested secret to an entitled caller, and was audited exactly once, granted or denied. */
export function judgeReveals(facts: Facts, index: Index, found: Found): void {
  const byPurpose = Map.groupBy(facts.audit, ({ purpose }) => purpose ?? '');
  for (const reveal of facts.reveals) {
    const { tenant, action, resource, purpose, answer } = reveal;
    if (answer.kind !== 'accepted') continue;
    if (index.resources.get(resource)?.tenant !== tenant) {
      found['secrets shown to others'].push(`${resource} was shown to the tenant "${tenant}"`);
    } else if (answer.text !== secretOf(facts, index, reveal)) {
      found['secrets shown to others'].push(`what was shown as ${resource} is not what its provider has`);
    }
    const rows = byPurpose.get(purpose) ?? [];
    const isWritten = rows.every((row) => row.action === action && row.resource === resource && row.tenant === tenant);
    if (rows.length !== 1 || !isWritten) {
      found['reveals that were not written down'].push(`${resource} for "${purpose}": ${JSON.stringify(rows)}`);
    }
  }
  judgeDenials(facts, byPurpose, found);
  const looks = Map.groupBy(
    facts.audit.filter(({ action }) => action === 'card.reveal'),
    ({ resource }) => resource,
  );
  for (const [cardNo, { uniqueNo }] of facts.cards) {
    const shown = index.effects.get(`${revealEffect} ${cardNo}`)?.length ?? 0;
    const written = looks.get(uniqueNo)?.length ?? 0;
    if (shown > mostAsked * written) {
      found['reveals that were not written down'].push(`${uniqueNo} was shown ${shown} times, for ${written} looks`);
    }
  }
}

function judgeDenials(
  { reveals, traces }: Facts,
  byPurpose: ReadonlyMap<string, readonly AuditFact[]>,
  found: Found,
): void {
  if (traces === null) return;
  const unwritten = reveals.flatMap(({ tenant, action, resource, purpose, answer }) => {
    if (answer.kind !== 'problem' || !denials.has(answer.code)) return [];
    const rows = byPurpose.get(`${answer.code}: ${purpose}`) ?? [];
    const isWritten = rows.some(
      (row) => row.action === `${action}_denied` && row.resource === resource && row.tenant === tenant,
    );
    return isWritten && rows.length === 1 ? [] : [`${resource} for "${purpose}" was denied: ${JSON.stringify(rows)}`];
  });
  if (unwritten.length > traces.unwrittenDenials) found['reveals that were not written down'].push(...unwritten);
}

/** The secret that must have been shown, in the contract's form. */
function secretOf({ cards, tokens }: Facts, { resources }: Index, { action, resource }: Reveal): string {
  const providerRef = resources.get(resource)?.providerRef ?? '';
  if (action === 'binding.reveal') return JSON.stringify({ binding: resource, token: tokens.get(providerRef) });
  const card = cards.get(providerRef);
  return JSON.stringify({ card: resource, number: card?.number, expiry: card?.expiry, cvv: card?.cvv });
}
