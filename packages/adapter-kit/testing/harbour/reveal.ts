import { done, type Evidence, expiryOf, Pan, type RevealFacet, Secret, unknown } from '@card-gateway/core';
import { z } from 'zod';
import { field, required } from '../../index.ts';
import type { Ask } from './client.ts';

const grant = z.object({ key: z.string().regex(/^[\x21-\x7e]{1,200}$/) });
const secrets = z.object({
  card: required.id,
  number: z.string(),
  cvv: field.raw,
  expiry: z.object({ month: field.raw, year: field.raw }).nullish().catch(undefined),
});

/** A card's secrets in two steps: a key that opens them once, then what it opens. An unused key expires by itself. */
export function harbourReveal(ask: Ask): RevealFacet {
  return {
    async card({ providerRef }, call) {
      const granted = await ask(
        {
          operation: 'reveal key',
          method: 'POST',
          path: 'cards/{id}/reveals',
          id: providerRef,
          body: {},
          reply: grant,
          interpret: ({ key }, evidence) => done(new Secret(key), wordless(evidence)),
        },
        call,
      );
      if (granted.kind !== 'done') return granted;
      const key = granted.value.reveal();
      return await ask(
        {
          operation: 'reveal',
          method: 'GET',
          path: 'reveal',
          headers: { 'harbour-reveal-key': key },
          hide: [key],
          reply: secrets,
          interpret: ({ card, number, cvv, expiry }, evidence) => {
            const pan = card === providerRef ? Pan.parse(number) : null;
            if (pan === null) return unknown('unreadable_answer', wordless(evidence));
            const shown = {
              pan,
              expiry: expiryOf(expiry?.month ?? '', expiry?.year ?? ''),
              cvv: cvv ? new Secret(cvv) : null,
            };
            return done(shown, wordless(evidence));
          },
        },
        call,
      );
    },
  };
}

/** A text beside card data could repeat it, so it is dropped. */
function wordless(evidence: Evidence): Evidence {
  return { ...evidence, message: null };
}
