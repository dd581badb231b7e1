import {
  type CardControlsFacet,
  type CardStatus,
  type ChangeReconciliation,
  type Outcome,
  type ProviderCall,
  refused,
} from '@card-gateway/core';
import { z } from 'zod';
import { doneIf, type Question } from '@card-gateway/adapter-kit';
import type { Ask, HarbourRequest } from '../harbour/packages/adapter-harbour/client.ts';
import { card } from '../harbour/packages/adapter-harbour/wire.ts';

type Changed = Outcome<{ readonly providerStatus: string | null }>;

/** A change is in effect when it is answered (§4). */
const shown = (...states: readonly CardStatus[]): ChangeReconciliation => ({
  by: 'target-state',
  states,
  visibleAfterMs: 0,
});

/** Freezing and closing cards, and their PINs (§4). */
export function cardControlsFacet(ask: Ask): CardControlsFacet {
  const gaps = { activate: { state: 'absent', reason: 'A card of Harbour is active at once.' } } as const;

  /** @param state that the answer must show; null if the change does not affect the state */
  function change(
    request: Pick<HarbourRequest, 'method' | 'path' | 'id' | 'body'> & Pick<Question<typeof card, never>, 'hide'>,
    state: string | null,
    call: ProviderCall,
  ): Promise<Changed> {
    return ask(
      {
        operation: 'change',
        ...request,
        data: card,
        interpret: (row, evidence) =>
          doneIf(state === null || row.state === state, { providerStatus: state }, evidence),
      },
      call,
    );
  }

  function close(id: string, call: ProviderCall): Promise<Changed> {
    return ask(
      {
        operation: 'close',
        method: 'DELETE',
        path: 'cards/{id}',
        id,
        data: z.null(),
        interpret: (_nothing, evidence, { status }) => doneIf(status === 204, { providerStatus: 'closed' }, evidence),
      },
      call,
    );
  }

  return {
    reconciliation: {
      activate: { by: 'person', why: 'Harbour has no such call' },
      freeze: shown('frozen'),
      unfreeze: shown('active'),
      cancel: shown('cancelled'),
      setPin: { by: 'person', why: 'no call shows a PIN' },
    },
    gaps,
    pinRule: 'four digits',
    pinFault: (pin) => (/^\d{4}$/.test(pin.reveal()) ? null : 'expected four digits'),

    change: async ({ providerRef: id }, wanted, call) => {
      switch (wanted.kind) {
        case 'activate':
          return refused('unsupported', { message: gaps.activate.reason });
        case 'freeze':
          return await change(
            { method: 'PUT', path: 'cards/{id}/state', id, body: { state: 'frozen' } },
            'frozen',
            call,
          );
        case 'unfreeze':
          return await change(
            { method: 'PUT', path: 'cards/{id}/state', id, body: { state: 'active' } },
            'active',
            call,
          );
        case 'cancel':
          return await close(id, call);
        case 'setPin': {
          const pin = wanted.pin.reveal();
          return await change({ method: 'PATCH', path: 'cards/{id}', id, body: { pin }, hide: [pin] }, null, call);
        }
      }
    },
  };
}
