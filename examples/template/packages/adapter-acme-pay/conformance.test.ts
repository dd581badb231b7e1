import { conformance, facet, json } from '@card-gateway/adapter-kit/testing';
import { expect, test } from 'vitest';
import { apiKey, openAdapter } from './testing/account.ts';

/** Answers word for word as the documents print them; `unlisted` is a refusal with a code that they do not list. */
const answers = { products: '', order: '', cards: '', card: '', refusal: '', unlisted: '' };

test.each(Object.entries(answers))('there is an answer for `%s`', (name, answer) => {
  const wanted = `packages/adapter-acme-pay/conformance.test.ts: copy answers.${name} from docs/providers/contracts/acme-pay.md`;
  expect(answer, wanted).not.toBe('');
});

const order = { reference: 'card_01', productRef: 'p', cardholderRef: null, form: 'virtual', address: null } as const;
const unlistedCode = () => json(answers.unlisted, 422);
const refusal = () => json(answers.refusal, 422);

conformance({
  provider: 'acme-pay',
  open: openAdapter,
  canaries: [apiKey],
  calls: [
    {
      name: 'products.page',
      call: (adapter, call) => facet(adapter, 'products').page(null, call),
      success: () => json(answers.products),
      unlistedCode,
    },
    {
      name: 'issuing.issue',
      call: (adapter, call) => facet(adapter, 'issuing').issue(order, call),
      success: () => json(answers.order),
      unlistedCode,
      refusal,
    },
    {
      name: 'issuing.reconciliation.find',
      call: async (adapter, call) => {
        const { reconciliation } = facet(adapter, 'issuing');
        if (reconciliation.by !== 'look-up')
          throw new Error('A person finds the orders of Acme Pay: remove this call.');
        return reconciliation.find({ reference: order.reference, sentAt: new Date(0) }, call);
      },
      success: () => json(answers.cards),
      unlistedCode,
    },
    {
      name: 'cards.page',
      call: (adapter, call) => facet(adapter, 'cards').page(null, call),
      success: () => json(answers.cards),
      unlistedCode,
    },
    {
      name: 'cards.read',
      call: (adapter, call) => facet(adapter, 'cards').read({ providerRef: 'c_1', pan: null }, call),
      success: () => json(answers.card),
      unlistedCode,
    },
  ],
});
