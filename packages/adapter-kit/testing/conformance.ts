import { inspect } from 'node:util';
import { callsOf, type Outcome, type ProviderAdapter, type ProviderCall } from '@card-gateway/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AdapterHost, type ExchangeReport, openTransport } from '../index.ts';
import { sendBy, testCall } from '../call.ts';
import { declarations } from './declarations.ts';
import { type Loopback, openLoopback, type Reply, type SeenRequest } from './loopback.ts';
import { answerWithOddRows, oddAnswer, unstorable } from './odd-values.ts';

/** One facet method and this provider's possible answers to it. */
export interface ConformanceCall {
  /** `facet.method`, e.g. `issuing.issue`, or `cardControls.change freeze`; what follows a space tells its entries apart. */
  readonly name: string;
  readonly call: (adapter: ProviderAdapter, call: ProviderCall) => Promise<Outcome<unknown>>;
  /** The documented success. */
  readonly success: (request: SeenRequest) => Reply;
  /**
   * Set where this success does not name what was made, e.g. a 202 without an id: the call is then unknown, and the facet's
   * look-up finds it.
   */
  readonly isFoundLater?: true;
  /** A well-formed answer with an undocumented code. */
  readonly unlistedCode: (request: SeenRequest) => Reply;
  /** A documented refusal, if the documents have one for this call. */
  readonly refusal?: (request: SeenRequest) => Reply;
  /** The documented success with its JSON changed, for providers whose body is not the JSON itself but, e.g., encrypted. */
  readonly changed?: (change: (json: string) => string) => Reply;
}

export interface Conformance {
  readonly provider: string;
  readonly open: (baseUrl: string, host: Pick<AdapterHost, 'send' | 'now'>) => ProviderAdapter;
  /**
   * Answers requests other than the call itself (e.g. for an access token), or null for the call's own request, which is then
   * counted and gets the faults.
   */
  readonly aside?: (request: SeenRequest) => Reply | null;
  /** Every call that the adapter can make. */
  readonly calls: readonly ConformanceCall[];
  /** The calls of another suite of this provider, which are not repeated here. */
  readonly callsElsewhere?: readonly ConformanceCall[];
  /** Every secret, card number, phone, name and code that the calls send: none may appear in an outcome or a report. */
  readonly canaries: readonly string[];
}

const timeoutMs = 400;
const patience = 10_000;
const page502 = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Number of odd answers per call and law, chosen to keep the whole suite within seconds. */
const oddAnswers = 60;

/** The rows of a list, in whatever form a facet returns it; null if it is not a list. */
function rowsOf(outcome: Outcome<unknown>): readonly unknown[] | null {
  if (outcome.kind !== 'done') return null;
  const value = outcome.value as { readonly items?: unknown; readonly cards?: unknown } | readonly unknown[] | null;
  const list = Array.isArray(value)
    ? value
    : ((value as { items?: unknown })?.items ?? (value as { cards?: unknown })?.cards);
  return Array.isArray(list) ? list : null;
}

/** A row as comparable text, with secrets in masked form. */
function textOf(row: unknown): string {
  return inspect(row, { depth: 9, sorted: true, maxStringLength: null });
}

/**
 * The suite that every adapter passes: each call sends exactly one request, reports done only for a documented success, and
 * maps every wire fault to the true outcome. No provider value makes it throw, or costs more than its own row. What its facets
 * declare is what they do.
 */
export function conformance(subject: Conformance): void {
  describe(`${subject.provider} conforms`, () => {
    let loopback: Loopback;
    let transport: ReturnType<typeof openTransport>;
    let reports: ExchangeReport[];
    let own: SeenRequest[];

    beforeEach(async () => {
      reports = [];
      own = [];
      loopback = await openLoopback();
      transport = openTransport({
        connections: 4,
        connectTimeoutMs: 2000,
        maxResponseBytes: 4_000_000,
        report: (report) => reports.push(report),
      });
    });

    afterEach(async () => {
      await loopback.close();
      await transport.close();
    });

    function answerWith(reply: (request: SeenRequest) => Reply): void {
      loopback.reply((request) => {
        const aside = subject.aside?.(request) ?? null;
        if (aside !== null) return aside;
        own.push(request);
        return reply(request);
      });
    }

    function open(baseUrl = loopback.url): ProviderAdapter {
      return subject.open(baseUrl, { send: sendBy(transport.send), now: () => Date.now() });
    }

    /** What holds for every call: exactly one request, and no canary in the result. */
    function expectAloneAndClean(outcome: Outcome<unknown>): void {
      expect(own).toHaveLength(1);
      const told = [JSON.stringify(outcome), inspect(outcome, { depth: 9 }), JSON.stringify(reports)].join('\n');
      for (const canary of subject.canaries) expect(told).not.toContain(canary);
    }

    /** Calls once and checks what holds for every call. */
    async function outcomeOf(call: ConformanceCall): Promise<Outcome<unknown>> {
      const outcome = await call.call(open(), testCall(patience));
      expectAloneAndClean(outcome);
      return outcome;
    }

    /** The outcome for a documented success with other JSON. */
    async function withText(
      call: ConformanceCall,
      adapter: ProviderAdapter,
      change: (json: string) => string,
    ): Promise<Outcome<unknown>> {
      answerWith((request) => {
        if (call.changed !== undefined) return call.changed(change);
        const reply = call.success(request);
        return reply.kind === 'answer' ? { ...reply, body: change(String(reply.body)) } : reply;
      });
      return call.call(adapter, testCall(patience));
    }

    /** Repeatedly answers with odd values in the documented success. */
    async function withOddValues(
      call: ConformanceCall,
      odd: (json: string) => fc.Arbitrary<string> | null,
      check: (outcome: Outcome<unknown>) => void,
    ): Promise<void> {
      const adapter = open();
      let documented = '';
      await withText(call, adapter, (text) => (documented = text));
      // A success without a body has no values to make odd.
      const texts = documented === '' ? null : odd(documented);
      if (texts === null) return;
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          const outcome = await withText(call, adapter, () => text);
          expect(unstorable(outcome)).toEqual([]);
          check(outcome);
        }),
        { numRuns: oddAnswers },
      );
    }

    test('every call of its facets is in the suite', () => {
      const names = [...subject.calls, ...(subject.callsElsewhere ?? [])].map(({ name }) => name);
      const isIn = (call: string) => names.some((name) => name === call || name.startsWith(`${call} `));
      // Signing keys are fetched once for all who wait, by the kit's `publicKeys`.
      const calls = callsOf(open()).filter((call) => call !== 'callbacks.fetchKeys');
      expect(
        calls.filter((call) => !isIn(call)),
        'add them to `calls` of conformance.test.ts',
      ).toEqual([]);
    });

    describe('what its facets declare', () => {
      declarations({
        open,
        requests: () => loopback.requests.length,
        successOf: async (name) => {
          const call = subject.calls.find((one) => one.name.startsWith(name));
          return call === undefined ? null : await withText(call, open(), (text) => text);
        },
      });
    });

    describe.each(subject.calls)('$name', (call) => {
      if (call.isFoundLater === true) {
        test('the documented success is unknown, and left to the look-up', async () => {
          answerWith(call.success);
          expect(await outcomeOf(call)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
          const [facet = ''] = call.name.split('.');
          expect(Reflect.get(open(), facet)).toMatchObject({ reconciliation: { by: 'look-up' } });
        });
      } else {
        test('the documented success is done', async () => {
          answerWith(call.success);
          expect(await outcomeOf(call)).toMatchObject({ kind: 'done' });
        });
      }

      test('a refused connection is certain: nothing was sent', async () => {
        const nobody = await openLoopback();
        await nobody.close();
        const outcome = await call.call(open(nobody.url), testCall(patience));
        expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent' } });
      });

      test('no answer in time is unknown', async () => {
        answerWith(() => ({ kind: 'hang' }));
        const isUnsent = (one: Outcome<unknown>) => one.kind === 'refused' && one.refusal.reason === 'not_sent';
        let limit = timeoutMs;
        let outcome = await call.call(open(), testCall(limit));
        // On a busy machine the time may be over before anything was sent, which is certain: then the next call has more.
        while (isUnsent(outcome) && limit < patience) {
          limit *= 2;
          outcome = await call.call(open(), testCall(limit));
        }
        await expect.poll(() => own.length, { timeout: patience }).toBe(1);
        expectAloneAndClean(outcome);
        expect(outcome).toMatchObject({ kind: 'unknown', why: 'no_answer' });
      });

      test('a reset after the request is unknown', async () => {
        answerWith(() => ({ kind: 'reset' }));
        expect(await outcomeOf(call)).toMatchObject({ kind: 'unknown', why: 'no_answer' });
      });

      test('an answer cut off half-way is unknown', async () => {
        answerWith((request) => {
          const whole = call.success(request);
          return { kind: 'cut', body: whole.kind === 'answer' ? whole.body : '' };
        });
        expect(await outcomeOf(call)).toMatchObject({ kind: 'unknown' });
      });

      test.each<[string, Reply]>([
        ['a 502 page', { kind: 'answer', status: 502, body: page502, headers: { 'content-type': 'text/html' } }],
        [
          'HTML with status 200',
          { kind: 'answer', status: 200, body: page502, headers: { 'content-type': 'text/html' } },
        ],
        ['truncated JSON', { kind: 'answer', status: 200, body: '{"code":0,"respCode":"20000","data":{' }],
        ['an empty body', { kind: 'answer', status: 200, body: '' }],
        ['an empty object', { kind: 'answer', status: 200, body: '{}' }],
        ['a page of something on the way, with a status of refusal', { kind: 'answer', status: 422, body: page502 }],
        ['null', { kind: 'answer', status: 200, body: 'null' }],
      ])('%s is unknown', async (_name, reply) => {
        answerWith(() => reply);
        expect(await outcomeOf(call)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
      });

      test('a code that no document lists is unknown', async () => {
        answerWith(call.unlistedCode);
        expect(await outcomeOf(call)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
      });

      test('odd values throw nothing, and leave nothing that could not be stored', async () => {
        await withOddValues(call, oddAnswer, (outcome) => {
          expect(['done', 'refused', 'unknown']).toContain(outcome.kind);
        });
      }, 30_000);

      test('an odd row of a list costs no other', async () => {
        const whole = rowsOf(await withText(call, open(), (text) => text));
        if (whole === null) return;
        await withOddValues(call, answerWithOddRows, (outcome) => {
          const seen = (rowsOf(outcome) ?? []).map(textOf);
          for (const row of whole) expect(seen).toContain(textOf(row));
        });
      }, 30_000);

      const { refusal } = call;
      if (refusal !== undefined) {
        test('a documented refusal is refused', async () => {
          answerWith(refusal);
          expect(await outcomeOf(call)).toMatchObject({ kind: 'refused' });
        });
      }
    });
  });
}
