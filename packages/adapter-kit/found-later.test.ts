import { type IssuingFacet, type Outcome, unknown } from '@card-gateway/core';
import { z } from 'zod';
import { type AdapterHost, onlyOwn, type Problem, readAnswer, required, rowsOf, type ToEvidence } from './index.ts';
import { conformance, facet, json } from './testing/index.ts';

// A provider that takes an order with a 202 that names no card: the card is found by our reference.

const order = { reference: 'card_01', productRef: 'p', cardholderRef: null, form: 'virtual', address: null } as const;
const failure = z.object({ error: z.object({ type: z.string() }) });
const cards = z.object({ data: rowsOf(z.object({ id: required.id, external_id: required.id })) });

function problem({ read }: Problem, evidence: ToEvidence): Outcome<never> | null {
  return read(failure) === null ? null : unknown('unlisted_code', evidence(null));
}

function issuing(baseUrl: string, { send }: Pick<AdapterHost, 'send'>): IssuingFacet {
  const ask = { operation: 'cards', url: `${baseUrl}/cards`, headers: {}, body: null };
  return {
    cardholder: 'none',
    address: { virtual: 'none', physical: 'none' },
    issue: async (_order, call) =>
      readAnswer(await send({ ...ask, method: 'POST' }, call), {
        reply: z.object({ status: z.literal('accepted') }),
        interpret: (_taken, evidence) => unknown('unreadable_answer', evidence(null)),
        problem,
      }),
    reconciliation: {
      by: 'look-up',
      find: async ({ reference }, call) =>
        readAnswer(await send({ ...ask, method: 'GET' }, call), {
          reply: cards,
          interpret: ({ data }, evidence) =>
            onlyOwn(
              data,
              (row) => row.external_id === reference,
              ({ id }) => ({ providerRef: id }),
              evidence(null),
            ),
          problem,
        }),
    },
  };
}

const unlistedCode = () => json({ error: { type: 'a_new_type' } }, 400);

conformance({
  provider: 'a provider that names the card later',
  open: (baseUrl, host) => ({ issuing: issuing(baseUrl, host), gaps: {} }),
  canaries: [],
  calls: [
    {
      name: 'issuing.issue',
      call: (adapter, call) => facet(adapter, 'issuing').issue(order, call),
      success: () => json({ external_id: 'card_01', status: 'accepted' }, 202),
      isFoundLater: true,
      unlistedCode,
    },
    {
      name: 'issuing.reconciliation.find',
      call: async (adapter, call) => {
        const { reconciliation } = facet(adapter, 'issuing');
        if (reconciliation.by !== 'look-up') throw new Error('no look-up');
        return reconciliation.find({ reference: 'card_01', sentAt: new Date(0) }, call);
      },
      success: () => json({ data: [{ id: 'c_1', external_id: 'card_01' }] }),
      unlistedCode,
    },
  ],
});
