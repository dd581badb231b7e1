import type { Answer, Exchange } from '@card-gateway/adapter-kit';
import { openCall, type Permit } from '@card-gateway/adapter-kit/call';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAccountBulkhead } from '../src/accounts/account-bulkhead.ts';
import { type Circuit, type CircuitOptions, createCircuit } from '../src/accounts/circuit.ts';
import { until } from './setup/until.ts';

const answered = (status: number): Answer => ({ kind: 'answered', status, body: '', headers: {}, date: null });
const lost: Exchange = { kind: 'lost', cause: 'ECONNRESET' };
const timedOut: Exchange = { kind: 'lost', cause: 'TimeoutError' };
const notSent: Exchange = { kind: 'not_sent', cause: 'ECONNREFUSED' };

function circuitOf(options: Partial<CircuitOptions> = {}): Circuit {
  return createCircuit({ failures: 3, restMs: 60_000, patienceMs: 1000, onOpen: () => {}, ...options });
}

function record(circuit: Circuit, ...exchanges: readonly Exchange[]): void {
  for (const exchange of exchanges) circuit.record(exchange, 5000, 'call');
}

describe('a circuit', () => {
  test.each([
    ['not sent', notSent],
    ['lost', lost],
    ['out of time', timedOut],
    ['HTTP 500', answered(500)],
    ['HTTP 503', answered(503)],
  ])('opens after so many calls in a row that were %s', (_name, exchange) => {
    let opened = 0;
    const circuit = circuitOf({ onOpen: () => (opened += 1) });
    record(circuit, exchange, exchange);
    expect([circuit.status(), opened]).toEqual(['closed', 0]);
    record(circuit, exchange);
    expect([circuit.status(), opened]).toEqual(['open', 1]);
    expect(circuit.begin()).toBeNull();
    expect(circuit.restLeftMs()).toBeGreaterThan(0);
  });

  test.each([
    ['answered', answered(200)],
    ['refused', answered(422)],
    ['turned away', answered(429)],
  ])('stays closed for as long as calls are %s in between', (_name, exchange) => {
    const circuit = circuitOf();
    for (let turn = 0; turn < 5; turn += 1) record(circuit, lost, timedOut, exchange);
    expect(circuit.status()).toBe('closed');
  });

  test('counts neither what our own connections kept from being sent nor the short time of a caller', () => {
    const circuit = circuitOf();
    for (let turn = 0; turn < 5; turn += 1) {
      record(circuit, { kind: 'not_sent', cause: 'ALL_CONNECTIONS_BUSY' });
      circuit.record(timedOut, 999, 'call');
      circuit.record({ kind: 'not_sent', cause: 'TimeoutError' }, 999, 'call');
    }
    expect(circuit.status()).toBe('closed');
  });

  test('lets one call try after the rest: its answer closes, its failure begins another rest', () => {
    const circuit = circuitOf({ restMs: 0 });
    record(circuit, lost, lost, lost);
    expect([circuit.begin(), circuit.status(), circuit.begin()]).toEqual(['probe', 'half-open', null]);
    circuit.record(lost, 5000, 'probe');
    circuit.end('probe');
    expect(circuit.status()).toBe('open');
    expect(circuit.begin()).toBe('probe');
    circuit.record(answered(200), 5000, 'probe');
    circuit.end('probe');
    expect([circuit.status(), circuit.begin()]).toEqual(['closed', 'call']);
    // And it takes as many failures again to open it.
    record(circuit, lost, lost);
    expect(circuit.status()).toBe('closed');
  });

  test('a try that sent nothing leaves the turn to the next', () => {
    const circuit = circuitOf({ restMs: 0 });
    record(circuit, lost, lost, lost);
    expect(circuit.begin()).toBe('probe');
    circuit.end('probe');
    expect(circuit.begin()).toBe('probe');
  });

  test('closes by the answer to a look-up or to a call of before; their failures do not prolong the rest', () => {
    let rests = 0;
    const circuit = circuitOf({ restMs: 0, onOpen: () => (rests += 1) });
    record(circuit, lost, lost, lost, lost, timedOut);
    expect([circuit.status(), rests]).toEqual(['open', 1]);
    record(circuit, answered(200));
    expect(circuit.status()).toBe('closed');
  });
});

describe('a circuit, while the clock of the machine is set back', () => {
  afterEach(() => void vi.useRealTimers());

  test('hands every answer over and closes by it', () => {
    const circuit = circuitOf({ restMs: 0 });
    record(circuit, lost, lost, lost);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    expect(circuit.begin()).toBe('probe');
    circuit.record(lost, 5000, 'probe');
    circuit.end('probe');
    expect(circuit.status()).toBe('open');
    vi.setSystemTime(Date.now() - 3_600_000);
    record(circuit, answered(200));
    expect([circuit.status(), circuit.begin()]).toEqual(['closed', 'call']);
  });
});

describe('the door of an account', () => {
  const door = (slots: number, queue: number, waitMs = 60_000) =>
    createAccountBulkhead({ slots, queue, waitMs, circuit: { failures: 1, restMs: 60_000, patienceMs: 1 } });
  const enter = (bulkhead: ReturnType<typeof door>, work: (permit: Permit) => Promise<string>) =>
    bulkhead.withSlot<string>(60_000, work, (why) => why);

  test('takes so many, keeps so many waiting in their order, and refuses the rest', async () => {
    const bulkhead = door(2, 3);
    const ended: number[] = [];
    const gates = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
    const calls = gates.map(({ promise }, index) =>
      enter(bulkhead, async () => {
        await promise;
        ended.push(index);
        return 'done';
      }),
    );
    expect(await Promise.all(calls.slice(5))).toEqual(Array<string>(3).fill('ACCOUNT_BUSY'));
    expect(bulkhead.load()).toMatchObject({ inFlight: 2, queued: 3 });
    for (const gate of gates.toReversed()) gate.resolve();
    expect(await Promise.all(calls.slice(0, 5))).toEqual(Array<string>(5).fill('done'));
    expect(ended.slice(2)).toEqual([2, 3, 4]);
    expect(bulkhead.load()).toMatchObject({ inFlight: 0, queued: 0 });
  });

  test('gives a place back also when the work fails', async () => {
    const bulkhead = door(1, 0);
    await expect(enter(bulkhead, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await enter(bulkhead, async () => 'done')).toBe('done');
  });

  test('keeps nobody waiting for longer than it may', async () => {
    const bulkhead = door(1, 5, 10);
    const gate = Promise.withResolvers<string>();
    const first = enter(bulkhead, () => gate.promise);
    expect(await enter(bulkhead, async () => 'done')).toBe('ACCOUNT_BUSY');
    expect(bulkhead.load()).toMatchObject({ inFlight: 1, queued: 0 });
    gate.resolve('done');
    expect(await first).toBe('done');
  });

  test('sends those in line away when the circuit opens, and lets a look-up past both', async () => {
    const bulkhead = door(1, 5);
    const send = bulkhead.watched(async (order) => (order.operation === 'fails' ? lost : answered(200)));
    const request = (operation: string, permit: Permit) =>
      send(
        { operation, method: 'GET', url: '', headers: {}, body: null },
        openCall({ deadline: performance.now() + 5000, traceparent: undefined, permit }),
      );
    const gate = Promise.withResolvers<void>();
    const first = enter(bulkhead, async (permit) => {
      await gate.promise;
      await request('fails', permit);
      return 'done';
    });
    const waiting = [enter(bulkhead, async () => 'done'), enter(bulkhead, async () => 'done')];
    await until(
      async () => bulkhead.load().queued,
      (queued) => queued === 2,
    );
    gate.resolve();
    expect(await Promise.all([first, ...waiting])).toEqual(['done', 'CIRCUIT_OPEN', 'CIRCUIT_OPEN']);
    expect(bulkhead.load()).toEqual({ inFlight: 0, queued: 0, circuit: 'open' });
    expect(bulkhead.retryAfterSeconds()).toBe(60);
    expect(await enter(bulkhead, async () => 'done')).toBe('CIRCUIT_OPEN');
    expect(await bulkhead.bypass((permit) => request('look-up', permit))).toMatchObject({ status: 200 });
    expect(bulkhead.load().circuit).toBe('closed');
  });
});
