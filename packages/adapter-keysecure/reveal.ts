import { parseJson } from '@card-gateway/adapter-kit';
import {
  done,
  type Evidence,
  expiryOf,
  type FrameTokensFacet,
  Pan,
  type RevealedCard,
  type RevealFacet,
  Secret,
  unknown,
} from '@card-gateway/core';
import type { KeySecureClient } from './client.ts';
import type { FieldCipher } from './encryption.ts';
import { frameRefusals, privateDataRefusals } from './refusals.ts';
import { clientToken, privateData, privateInfo } from './wire.ts';

/** Card number, expiry and CVV, encrypted on the way with the apiSecret (keysecure.md §6.8). */
export function reveal(client: KeySecureClient, cipher: FieldCipher): RevealFacet {
  return {
    async card({ providerRef }, call) {
      return await client.call(
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

/** One-time tokens for the frame in which KeySecure itself shows a card to its holder (keysecure.md §6.14). */
export function frameTokens(client: KeySecureClient): FrameTokensFacet {
  return {
    async issue({ providerRef }, call) {
      return await client.call(
        {
          method: 'GET',
          path: 'merchant/client/{id}/token',
          id: providerRef,
          // An unused token dies by itself: nothing is left behind.
          effect: 'read',
          refusals: frameRefusals,
          data: clientToken,
          interpret: (data, evidence) =>
            done(
              { token: new Secret(data.client_access_token), expiresInSeconds: data.expires_in },
              wordless(evidence),
            ),
        },
        call,
      );
    },
  };
}

/** Null when this is not the card asked for: another card, or what a wrong secret made of it. */
function readCard(plaintext: string, providerRef: string): RevealedCard | null {
  const info = privateInfo.safeParse(jsonOrNull(plaintext));
  if (!info.success || info.data.card_no !== providerRef) return null;
  const { pan: digits, cvv, exp_month: month, exp_year: year } = info.data;
  const pan = Pan.parse(digits);
  if (pan === null) return null;
  return { pan, expiry: expiryOf(month ?? '', year ?? ''), cvv: cvv ? new Secret(cvv) : null };
}

/** The parser's error quotes the text, so it is dropped here. */
function jsonOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** A text beside card data or a token could repeat it in a form that no redaction knows, so none is kept. */
function wordless(evidence: Evidence): Evidence {
  return { ...evidence, message: null };
}
