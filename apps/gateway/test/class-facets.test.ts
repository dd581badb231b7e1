import { randomBytes } from 'node:crypto';
import { defineAdapter, type AdapterHost, readAnswer } from '@card-gateway/adapter-kit';
import { json, type Loopback, openLoopback, testCall } from '@card-gateway/adapter-kit/testing';
import {
  type CardChange,
  type CardControlsFacet,
  type CardReference,
  type ChangeReconciliation,
  done,
  type Outcome,
  type ProviderAdapter,
  type ProviderCall,
  Secret,
} from '@card-gateway/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Accounts, openAccounts } from '../src/accounts/accounts.ts';
import { readConfig } from '../src/config.ts';

/** What two facets of one adapter could share: a class, with a field that only its own methods reach. */
class Rest {
  readonly #host: AdapterHost;
  readonly #baseUrl: string;

  constructor(baseUrl: string, host: AdapterHost) {
    this.#host = host;
    this.#baseUrl = baseUrl;
  }

  async change(
    card: CardReference,
    { kind }: CardChange,
    call: ProviderCall,
  ): Promise<Outcome<{ providerStatus: null }>> {
    const url = `${this.#baseUrl}/cards/${card.providerRef}/${kind}`;
    const request = { operation: kind, method: 'PUT', url, headers: {}, body: null } as const;
    const exchange = await this.#host.send(request, call);
    return readAnswer(exchange, { reply: z.object({}), interpret: () => done({ providerStatus: null }) });
  }
}

class Controls extends Rest implements CardControlsFacet {
  readonly #longestPin = 4;
  readonly reconciliation: Readonly<Record<CardChange['kind'], ChangeReconciliation>> = {
    activate: { by: 'person', why: 'no call shows it' },
    freeze: { by: 'person', why: 'no call shows it' },
    unfreeze: { by: 'person', why: 'no call shows it' },
    cancel: { by: 'person', why: 'no call shows it' },
    setPin: { by: 'person', why: 'no call shows it' },
  };

  readonly pinRule = null;

  pinFault(pin: Secret): string | null {
    return pin.reveal().length > this.#longestPin ? `expected ${this.#longestPin} digits` : null;
  }
}

/** The adapter is one too: its facets are found by their names, wherever they stand. */
class Classy implements ProviderAdapter {
  readonly gaps = {};
  readonly calls = [];
  readonly #controls: Controls;

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  get cardControls(): Controls {
    return this.#controls;
  }
}

const card = { providerRef: 'c1', cardholderRef: null };
let loopback: Loopback;
let accounts: Accounts;

beforeEach(async () => {
  loopback = await openLoopback();
  const definition = defineAdapter({
    provider: 'classy',
    title: 'Classy',
    settings: z.object({ baseUrl: z.string() }),
    create: ({ baseUrl }, host) => new Classy(new Controls(baseUrl, host)),
  });
  const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
  const config = readConfig({
    DATABASE_URL: 'postgresql://db/cards',
    GATEWAY_ACCOUNTS: 'none',
    GATEWAY_SEALING_KEYS: key('s1'),
    GATEWAY_FINGERPRINT_KEYS: key('f1'),
    PROVIDER_CONNECTIONS: '1',
    PROVIDER_QUEUE: '0',
  });
  const settings = { baseUrl: loopback.url };
  const rest = { tenant: 'default', sandbox: true, syncEveryMs: null, callbacks: null, authorization: null };
  accounts = openAccounts([{ name: 'one', adapter: definition, network: null, settings, ...rest }], {
    config,
    now: () => 0,
    report: () => undefined,
  });
});

afterEach(async () => {
  await loopback.close();
  await accounts.close();
});

function controls(): CardControlsFacet {
  const facet = accounts.all[0]?.adapter.cardControls;
  if (facet === undefined) throw new Error('the account has no controls');
  return facet;
}

test('the methods of a class are called, inherited ones too, on the object they belong to', async () => {
  loopback.reply(() => json({}));
  expect(await controls().change(card, { kind: 'freeze' }, testCall(5000))).toMatchObject({ kind: 'done' });
  expect(loopback.requests).toMatchObject([{ method: 'PUT', path: '/cards/c1/freeze' }]);
  expect(controls().reconciliation.freeze).toMatchObject({ by: 'person' });
});

test('what asks the provider takes a place at the account; what asks nobody does not', async () => {
  loopback.reply(() => ({ kind: 'hang' }));
  const first = controls().change(card, { kind: 'freeze' }, testCall(1000));
  await loopback.nextRequest();
  expect(await controls().change(card, { kind: 'freeze' }, testCall(1000))).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'not_sent', message: 'ACCOUNT_BUSY' },
  });
  expect(controls().pinFault(new Secret('12345'))).toBe('expected 4 digits');
  expect(await first).toMatchObject({ kind: 'unknown' });
});
