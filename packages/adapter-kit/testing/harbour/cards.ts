import {
  type CardChange,
  type CardControlsFacet,
  type CardForm,
  type CardOrder,
  type CardReference,
  type CardsFacet,
  type CardStatus,
  type ChangeReconciliation,
  done,
  type Finding,
  type IssuingFacet,
  type Outcome,
  type Page,
  type ProviderCall,
  type ProviderCard,
  refused,
  type Secret,
  type SentOrder,
  type Reconciliation,
  unknown,
} from '@card-gateway/core';
import { z } from 'zod';
import { field, mapRows, onlyOwn, pageOf, required, rowsOf } from '../../index.ts';
import type { Ask } from './client.ts';

const card = z.object({
  id: required.id,
  reference: field.reference,
  product: field.reference,
  holder: field.reference,
  form: field.word,
  last4: field.word,
  state: field.word,
});
/** If its cursor cannot be read, the list is rejected as a whole, because its end is not known. */
const cardList = z.object({ data: rowsOf(card), next: z.string().min(1).max(200).nullable() });
type CardRow = z.output<typeof card>;

export const statuses: ReadonlyMap<string, CardStatus> = new Map([
  ['active', 'active'],
  ['frozen', 'frozen'],
  ['closed', 'cancelled'],
]);

const forms: ReadonlyMap<string, CardForm> = new Map([
  ['virtual', 'virtual'],
  ['plastic', 'physical'],
]);

function toCard(row: CardRow): ProviderCard {
  return {
    providerRef: row.id,
    ...(row.reference ? { ourReference: row.reference } : {}),
    ...(row.product ? { productRef: row.product } : {}),
    ...(row.holder ? { cardholderRef: row.holder } : {}),
    ...(row.form ? { form: forms.get(row.form) ?? null } : {}),
    ...(row.last4 ? { last4: row.last4 } : {}),
    ...(row.state ? { status: statuses.get(row.state) ?? 'unrecognized', providerStatus: row.state } : {}),
  };
}

/** Harbour's cards, as a class, because its three facets share the request for one card. */
export class HarbourCards implements CardsFacet, IssuingFacet {
  readonly #ask: Ask;
  readonly cardholder: IssuingFacet['cardholder'];
  /** A plastic card goes to the company, which hands it out. */
  readonly address = { virtual: 'none', physical: 'none' } as const;

  constructor(ask: Ask, cardholder: IssuingFacet['cardholder']) {
    this.#ask = ask;
    this.cardholder = cardholder;
  }

  async issue(order: CardOrder, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>> {
    if (this.cardholder === 'required' && order.cardholderRef === null) {
      return refused('invalid_request', { message: 'a named card has a holder' });
    }
    return await this.#ask(
      {
        operation: 'issue',
        method: 'POST',
        path: 'cards',
        body: {
          reference: order.reference,
          product: order.productRef,
          form: order.form === 'physical' ? 'plastic' : 'virtual',
          ...(order.cardholderRef === null ? {} : { holder: order.cardholderRef }),
        },
        reply: card,
        interpret: ({ id, reference }, evidence, { status }) =>
          status === 201 && reference === order.reference
            ? done({ providerRef: id }, evidence)
            : unknown('unreadable_answer', evidence),
      },
      call,
    );
  }

  readonly reconciliation: Reconciliation<SentOrder, ProviderCard> = {
    by: 'look-up',
    find: ({ reference }, call) =>
      this.#ask(
        {
          operation: 'list',
          method: 'GET',
          path: `cards?reference=${encodeURIComponent(reference)}`,
          reply: cardList,
          interpret: ({ data }, evidence) => onlyOwn(data, (row) => row.reference === reference, toCard, evidence),
        },
        call,
      ),
  };

  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderCard>>> {
    return this.#ask(
      {
        operation: 'list',
        method: 'GET',
        path: next === null ? 'cards' : `cards?after=${encodeURIComponent(next)}`,
        reply: cardList,
        interpret: (list, evidence) => done(pageOf(mapRows(list.data, toCard), { next: list.next }), evidence),
      },
      call,
    );
  }

  async read(
    { providerRef }: { readonly providerRef: string },
    call: ProviderCall,
  ): Promise<Outcome<Finding<ProviderCard>>> {
    const outcome = await this.#ask(
      {
        operation: 'read',
        method: 'GET',
        path: 'cards/{id}',
        id: providerRef,
        reply: card,
        interpret: (row, evidence): Outcome<Finding<ProviderCard>> =>
          row.id === providerRef
            ? done({ found: true, value: toCard(row) }, evidence)
            : unknown('unreadable_answer', evidence),
      },
      call,
    );
    const isAbsent = outcome.kind === 'refused' && outcome.refusal.reason === 'not_found';
    return isAbsent ? done({ found: false }, outcome.evidence) : outcome;
  }
}

const pinKept = { by: 'person', why: 'no call shows a PIN' } as const;
const shown = (...states: readonly CardStatus[]): ChangeReconciliation => ({
  by: 'target-state',
  states,
  visibleAfterMs: 0,
});

export class HarbourControls implements CardControlsFacet {
  readonly #ask: Ask;
  readonly reconciliation = {
    activate: { by: 'person', why: 'Harbour has no such call' },
    freeze: shown('frozen'),
    unfreeze: shown('active'),
    cancel: shown('cancelled'),
    setPin: pinKept,
  } as const;
  readonly gaps = { activate: { state: 'absent', reason: 'A card of Harbour is active at once.' } } as const;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async change(
    { providerRef }: CardReference,
    change: CardChange,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerStatus: string | null }>> {
    switch (change.kind) {
      case 'activate':
        return refused('unsupported', { message: this.gaps.activate.reason });
      case 'freeze':
      case 'unfreeze': {
        const state = change.kind === 'freeze' ? 'frozen' : 'active';
        return await this.#changed(
          { method: 'PUT', path: 'cards/{id}/state', id: providerRef, body: { state } },
          state,
          call,
        );
      }
      case 'setPin': {
        const pin = change.pin.reveal();
        return await this.#changed(
          { method: 'PATCH', path: 'cards/{id}', id: providerRef, body: { pin }, hide: [pin] },
          null,
          call,
        );
      }
      case 'cancel':
        return await this.#ask(
          {
            operation: 'close',
            method: 'DELETE',
            path: 'cards/{id}',
            id: providerRef,
            reply: z.null(),
            interpret: (_nothing, evidence, { status }) =>
              status === 204 ? done({ providerStatus: 'closed' }, evidence) : unknown('unreadable_answer', evidence),
          },
          call,
        );
    }
  }

  #changed(
    request: Pick<Parameters<Ask>[0], 'method' | 'path' | 'id' | 'body' | 'hide'>,
    state: string | null,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerStatus: string | null }>> {
    return this.#ask(
      {
        operation: 'change',
        ...request,
        reply: card,
        interpret: (row, evidence) =>
          state === null || row.state === state
            ? done({ providerStatus: state }, evidence)
            : unknown('unreadable_answer', evidence),
      },
      call,
    );
  }

  readonly pinRule = 'four digits';

  pinFault(pin: Secret): string | null {
    return /^\d{4}$/.test(pin.reveal()) ? null : 'expected four digits';
  }
}
