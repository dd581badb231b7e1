import { done, expiryOf, Pan, type RevealFacet, Secret, unknown } from '@card-gateway/core';
import { wordless } from '@card-gateway/adapter-kit';
import type { Ask } from '../harbour/packages/adapter-harbour/client.ts';
import { revealedCard, revealGrant } from './wire.ts';

/** A card's secrets in two steps: a key that opens them once, then what it opens. An unused key expires by itself (§5). */
export function revealFacet(ask: Ask): RevealFacet {
  return {
    async card({ providerRef }, call) {
      const granted = await ask(
        {
          operation: 'reveal key',
          method: 'POST',
          path: 'cards/{id}/reveals',
          id: providerRef,
          body: {},
          data: revealGrant,
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
          data: revealedCard,
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
