import { describe, expect, expectTypeOf, test } from 'vitest';
import type {
  FacetName,
  CardChange,
  CardControlsFacet,
  CardholdersFacet,
  IssuingFacet,
  ProviderAdapter,
  TransfersFacet,
  UnbindingFacet,
} from './provider.ts';
import { unknown } from './outcome.ts';

/** Every facet: whether it can change something at the provider. A new one has to be put here, or this does not compile. */
const facets = {
  products: 'reads',
  cardholders: 'writes',
  issuing: 'writes',
  cards: 'reads',
  cardControls: 'writes',
  reveal: 'reads',
  frameTokens: 'reads',
  transactions: 'reads',
  transfers: 'writes',
  wallet: 'reads',
  binding: 'writes',
  boundCards: 'reads',
  unbinding: 'writes',
  banks: 'reads',
  callbacks: 'reads',
} as const satisfies Record<FacetName, 'reads' | 'writes'>;

type Writes = {
  [Name in keyof typeof facets]: (typeof facets)[Name] extends 'writes' ? Name : never;
}[keyof typeof facets];
type Unreconciled = {
  [Name in Writes]: NonNullable<ProviderAdapter[Name]> extends { readonly reconciliation: object } ? never : Name;
}[Writes];

const noAnswer = async () => unknown('no_answer');
const nobody = { by: 'person', why: 'no document says how to ask' } as const;

describe('each write of an adapter', () => {
  test('says in its type how its lost answer resolves', () => {
    expectTypeOf<Unreconciled>().toEqualTypeOf<never>();
    expect(Object.values(facets).filter((kind) => kind === 'writes')).toHaveLength(6);
  });

  test('does not compile without', () => {
    // @ts-expect-error -- it does not say how a lost order resolves
    const issuing: IssuingFacet = { issue: noAnswer };
    // @ts-expect-error -- it does not say how a lost application resolves
    const cardholders: CardholdersFacet = { apply: noAnswer, read: noAnswer };
    // @ts-expect-error -- it does not say how a lost transfer resolves
    const transfers: TransfersFacet = { currency: 'USD', decimals: 2, send: noAnswer, balances: noAnswer };
    // @ts-expect-error -- it does not say how a lost removal resolves
    const unbinding: UnbindingFacet = { remove: noAnswer };
    expect([issuing, cardholders, transfers, unbinding].every((facet) => !('reconciliation' in facet))).toBe(true);
  });

  test('does not compile with a look-up that nobody can make, nor with one change of many left out', () => {
    // @ts-expect-error -- it names a look-up and has none
    const issuing: IssuingFacet = { issue: noAnswer, reconciliation: { by: 'look-up' } };
    expect(issuing.reconciliation.by).toBe('look-up');

    const most = { activate: nobody, freeze: nobody, unfreeze: nobody, cancel: nobody };
    const change = { change: noAnswer, pinRule: null, pinFault: () => null };
    // @ts-expect-error -- setPin is left out
    const controls: CardControlsFacet = { ...change, reconciliation: most };
    const whole: CardControlsFacet = { ...change, reconciliation: { ...most, setPin: nobody } };
    expect(Object.keys(whole.reconciliation)).toHaveLength(Object.keys(controls.reconciliation).length + 1);
    expectTypeOf<keyof CardControlsFacet['reconciliation']>().toEqualTypeOf<CardChange['kind']>();
  });
});
