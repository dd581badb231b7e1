import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A stretch of wire between two real peers that a test can cut, mend, and stop without cutting. */
export interface Relay {
  /** The target's URL, led through here. */
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Blocks all bytes in both directions from now on, silently. */
  freeze(): void;
  /** Passes on the blocked bytes. */
  thaw(): void;
  close(): Promise<void>;
}

/** @param target a URL, or what gives it once it is known; the relay's own URL has its path then */
export async function startRelay(target: string | (() => string)): Promise<Relay> {
  const targetUrl = (): URL => new URL(typeof target === 'string' ? target : target());
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const { hostname, port: targetPort } = targetUrl();
    const far = connect(Number(targetPort), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('data', (bytes) => void other.write(bytes));
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      if (frozen) one.pause();
    }
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  return {
    get url() {
      const url = targetUrl();
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    cut,
    mend: async () => {
      await listen(port);
    },
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    close: cut,
  };
}
