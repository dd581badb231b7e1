import { done, type UnbindingFacet, unknown } from '@card-gateway/core';
import type { Ask } from './client.ts';
import { deleteData } from './wire.ts';

/**
 * Token delete (onerway.md §3.2), on the configured path because none is published. It takes the id of the binding, not the
 * token (trap 8). The answer to a second delete is not documented, so a lost answer is reconciled only from the list.
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
          // The meaning of `success: false` is not documented, so it is no certain refusal.
          interpret: ({ success }, evidence) => (success ? done(null, evidence) : unknown('unlisted_code', evidence)),
        },
        call,
      ),
    reconciliation: { by: 'bound-cards' },
  };
}
