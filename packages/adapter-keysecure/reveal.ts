import { parseJson, wordless } from '@card-gateway/adapter-kit';
import { done, expiryOf, Pan, type RevealedCard, type RevealFacet, Secret, unknown } from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { FieldCipher } from './encryption.ts';
import { privateDataRefusals } from './refusals.ts';
import { privateData, privateInfo } from './wire.ts';

/** Card number, expiry and CVV, encrypted in transit with the apiSecret (keysecure.md §6.8). */
export function revealFacet(ask: Ask, cipher: FieldCipher): RevealFacet {
  return {
    async card({ providerRef }, call) {
      return await ask(
        {
          method: 'GET',
          path: 'card/{id}/private/info',
          id: providerRef,
          effect: 'read',
          refusals: privateDataRefusals,
          data: privateData,
          interpret: (ciphertext, evidence) => {
            const card = cipher
              .decryptions(ciphertext)
              .map((text) => readCard(text, providerRef))
              .find((card) => card !== null);
            return card === undefined
              ? unknown('unreadable_answer', wordless(evidence))
              : done(card, wordless(evidence));
          },
        },
        call,
      );
    },
  };
}

/** Null if this is not the requested card: another one, or garbage from a wrong secret. */
function readCard(plaintext: string, providerRef: string): RevealedCard | null {
  const info = privateInfo.safeParse(jsonOrNull(plaintext));
  if (!info.success || info.data.card_no !== providerRef) return null;
  const { pan: digits, cvv, exp_month: month, exp_year: year } = info.data;
  const pan = Pan.parse(digits);
  if (pan === null) return null;
  return { pan, expiry: expiryOf(month ?? '', year ?? ''), cvv: cvv ? new Secret(cvv) : null };
}

/** The parser's error quotes the text, so it is discarded here. */
function jsonOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
