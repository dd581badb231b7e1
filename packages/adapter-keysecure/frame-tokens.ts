import { wordless } from '@card-gateway/adapter-kit';
import { done, type FrameTokensFacet, Secret } from '@card-gateway/core';
import type { Ask } from './client.ts';
import { frameRefusals } from './refusals.ts';
import { clientToken } from './wire.ts';

/** One-time tokens for the frame in which KeySecure itself shows a card to its holder (keysecure.md §6.14). */
export function frameTokensFacet(ask: Ask): FrameTokensFacet {
  return {
    async issue({ providerRef }, call) {
      return await ask(
        {
          method: 'GET',
          path: 'merchant/client/{id}/token',
          id: providerRef,
          // An unused token expires by itself and leaves nothing behind.
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
