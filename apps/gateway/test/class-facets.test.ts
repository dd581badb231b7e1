import { randomBytes } from 'node:crypto';
import { defineAdapter, type AdapterHost, readAnswer } from '@card-gateway/adapter-kit';
import { openCall, termsOf } from '@card-gateway/adapter-kit/call';
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
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Accounts, type OpenAccount, openAccounts } from '../src/accounts/accounts.ts';
import { readConfig } from '../src/config.ts';
import { jobWork, workWithin } from '../src/work.ts';

/** A class that two facets of one adapter could share, with a field that only its own methods reach. */
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
    document: 'classy.md',
    calls: [],
    callbacks: [],
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
  accounts = openAccounts(
    ['one', 'two'].map((name) => ({ name, adapter: definition, network: null, settings, ...rest })),
    {
      config,
      now: () => 0,
      report: () => undefined,
    },
  );
});

afterEach(async () => {
  await loopback.close();
  await accounts.close();
});

function account(name = 'one'): OpenAccount {
  const open = accounts.byName(name);
  if (open === undefined) throw new Error('there is no such account');
  return open;
}

function controlsOf({ adapter: { cardControls } }: OpenAccount): CardControlsFacet {
  if (cardControls === undefined) throw new Error('the account has no controls');
  return cardControls;
}

function freeze(open: OpenAccount, work = jobWork): Promise<Outcome<unknown>> {
  return open.read(work, (call) => controlsOf(open).change(card, { kind: 'freeze' }, call));
}

test('the methods of a class are called, inherited ones too, on the object they belong to', async () => {
  loopback.reply(() => json({}));
  expect(await freeze(account())).toMatchObject({ kind: 'done' });
  expect(loopback.requests).toMatchObject([{ method: 'PUT', path: '/cards/c1/freeze' }]);
  expect(controlsOf(account()).reconciliation.freeze).toMatchObject({ by: 'person' });
});

test('a call of its account takes a slot; a question that asks nobody does not', async () => {
  loopback.reply(() => ({ kind: 'hang' }));
  const first = freeze(account(), workWithin(1000));
  await loopback.nextRequest();
  await expect(freeze(account())).rejects.toMatchObject({ code: 'account-busy' });
  expect(controlsOf(account()).pinFault(new Secret('12345'))).toBe('expected 4 digits');
  expect(await first).toMatchObject({ kind: 'unknown' });
});

describe('a call is sent only by its own account, and only until it is over', () => {
  const kept = (open: OpenAccount): Promise<ProviderCall> => open.read(jobWork, async (call) => call);
  const send = (call: ProviderCall): Promise<unknown> => controlsOf(account()).change(card, { kind: 'freeze' }, call);

  test('anything else fails loudly and is not sent', async () => {
    loopback.reply(() => json({}));
    const over = await kept(account());
    const ofNobody = testCall();
    await account('two').read(jobWork, async (ofAnother) => {
      for (const call of [over, ofNobody, ofAnother]) await expect(send(call)).rejects.toThrow(TypeError);
    });
    expect(() => termsOf(over).permit.share()).toThrow(TypeError);
    expect(loopback.requests).toEqual([]);
  });

  test('a shared permit holds on when the call that began it is over', async () => {
    loopback.reply(() => json({}));
    const shared = await account().read(jobWork, async (call) => {
      const terms = termsOf(call);
      return openCall({ ...terms, permit: terms.permit.share() });
    });
    expect(await send(shared)).toMatchObject({ kind: 'done' });
  });
});
