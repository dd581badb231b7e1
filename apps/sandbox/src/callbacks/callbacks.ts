import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { firstNumber } from '../synthetic.ts';
import { deliver, type Message } from './deliver.ts';
import type { Callback, Delivery, ForgeryKind, Signed } from './delivery.ts';
import { arranged, type Release } from './release.ts';

export interface Callbacks {
  /** The merchant's target; empty means none. */
  urlOf(of: { provider: string; merchant: string }): string;
  /** Sets the target of one merchant, or of a whole provider, which removes those of its merchants. */
  target(provider: string, url: string, merchant?: string): void;
  targets(): Record<string, string>;
  nextId(now: number): string;
  /** Sends it after the earlier ones to the same URL, or holds it. */
  push(callback: Callback): void;
  /** Sends it at once and only once: an Auth has to be answered in time. */
  ask(callback: Callback, timeoutMs: number): Promise<Delivery>;
  /** Sends exactly these bytes. */
  post(callback: Omit<Callback, 'signed'>, message: Message, forged: ForgeryKind): Promise<Delivery>;
  hold(): void;
  held(): Callback[];
  release(how: Release): Promise<Delivery[]>;
  idle(): Promise<void>;
  /** Drops callbacks that are held or in flight; targets stay. */
  reset(): void;
  close(): Promise<void>;
}

/** Explained in the configuration. */
export interface CallbackSettings {
  targets: Record<string, string>;
  attempts: number;
  pauseMs: number;
  timeoutMs: number;
}

/** `acknowledges`: whether an answer with status 200 and this body is the acknowledgement that the provider requires. */
export function createCallbacks(
  config: { callbacks: CallbackSettings; seed?: number | undefined },
  clock: Clock,
  journal: Journal,
  acknowledges: (callback: Pick<Callback, 'provider' | 'id'>, body: string) => boolean,
): Callbacks {
  const { attempts, pauseMs, timeoutMs } = config.callbacks;
  const targets = new Map(Object.entries(config.callbacks.targets));
  /** First attempts, in sequence per URL, so that they arrive in the order of the events. */
  const lines = new Map<string, Promise<unknown>>();
  const underWay = new Set<Promise<unknown>>();
  let held: Callback[] | null = null;
  let stop = new AbortController();
  let made = firstNumber(config.seed);

  function track<T>(task: Promise<T>): Promise<T> {
    underWay.add(task);
    const over = () => void underWay.delete(task);
    task.then(over, over);
    return task;
  }

  type Sending = Pick<Delivery, 'attempt' | 'url' | 'forged'> & { timeoutMs: number; message: Message };
  async function send(callback: Omit<Callback, 'signed'>, sending: Sending): Promise<Delivery> {
    const { provider, merchant, kind, reference, id } = callback;
    const { attempt, url, forged, message } = sending;
    const at = new Date(clock.now()).toISOString();
    const { signal } = stop;
    const answer = await deliver(url, message, sending.timeoutMs, signal);
    const delivery: Delivery = {
      provider,
      merchant,
      kind,
      reference,
      id,
      attempt,
      url,
      forged,
      at,
      headers: message.headers,
      sent: message.body.toString('utf8'),
      ...answer,
      // If no status is documented, 200 is expected [ASSUMED].
      acknowledged: answer.status === 200 && acknowledges(callback, answer.body),
    };
    if (!signal.aborted) journal.delivered(delivery);
    return delivery;
  }

  async function sendUntilAcknowledged(callback: Callback): Promise<Delivery[]> {
    const url = callbacks.urlOf(callback);
    if (url === '') return [];
    const { signal } = stop;
    const once = (attempt: number) =>
      send(callback, { attempt, url, forged: null, timeoutMs, message: messageOf(callback.signed()) });
    const first = (lines.get(url) ?? Promise.resolve()).then(() => (signal.aborted ? null : once(1)));
    lines.set(url, first);
    const delivery = await first;
    const deliveries = delivery === null ? [] : [delivery];
    while (deliveries.at(-1)?.acknowledged === false && deliveries.length < attempts && !signal.aborted) {
      await wait(pauseMs * deliveries.length, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) deliveries.push(await once(deliveries.length + 1));
    }
    return deliveries;
  }

  const callbacks: Callbacks = {
    urlOf: ({ provider, merchant }) => targets.get(`${provider}/${merchant}`) ?? targets.get(provider) ?? '',
    target(provider, url, merchant) {
      if (merchant !== undefined) {
        targets.set(`${provider}/${merchant}`, url);
        return;
      }
      for (const name of targets.keys()) if (name.startsWith(`${provider}/`)) targets.delete(name);
      targets.set(provider, url);
    },
    targets: () => Object.fromEntries(targets),
    nextId(now) {
      made += 1;
      return `N${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}${made}`;
    },
    push(callback) {
      if (callbacks.urlOf(callback) === '') return;
      if (held === null) void track(sendUntilAcknowledged(callback));
      else held.push(callback);
    },
    ask: (callback, deadline) =>
      track(
        send(callback, {
          attempt: 1,
          url: callbacks.urlOf(callback),
          forged: null,
          timeoutMs: deadline,
          message: messageOf(callback.signed()),
        }),
      ),
    post: (callback, message, forged) =>
      track(send(callback, { attempt: 1, url: callbacks.urlOf(callback), forged, timeoutMs, message })),
    hold() {
      held ??= [];
    },
    held: () => [...(held ?? [])],
    async release(how) {
      const waiting = arranged(held ?? [], how);
      held = null;
      const sent = await Promise.all(waiting.map((callback) => track(sendUntilAcknowledged(callback))));
      return sent.flat();
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    reset() {
      stop.abort();
      stop = new AbortController();
      held = null;
      lines.clear();
      if (config.seed !== undefined) made = firstNumber(config.seed);
    },
    async close() {
      callbacks.reset();
      stop.abort();
      await callbacks.idle();
    },
  };
  return callbacks;
}

export function messageOf({ headers, body }: Signed): Message {
  return { headers, body: Buffer.from(body, 'utf8') };
}
