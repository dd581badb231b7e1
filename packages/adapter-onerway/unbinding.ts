import { done, type UnbindingFacet, unknown } from '@card-gateway/core';
import type { Ask } from './client.ts';
import { deleteData } from './wire.ts';

/**
 * Token delete (onerway.md §3.2), on the path of the settings because none is published. It takes the id of the binding, not
 * the token (trap 8). What a second delete answers is not known, so a lost answer is found out from the list alone.
 */
export function unbindingFacet(ask: Ask, path: string): UnbindingFacet {
  return {
    remove: ({ providerRef }, call) =>
      ask(
        {
          operation: 'deleteToken',
          effect: 'write',
          path,
          parameters: { id: providerRef },
          hide: [providerRef],
          data: deleteData,
          // No document says what `success: false` means, so that it is no certain refusal.
          interpret: ({ success }, evidence) => (success ? done(null, evidence) : unknown('unlisted_code', evidence)),
        },
        call,
      ),
    reconciliation: { by: 'bound-cards' },
  };
}
