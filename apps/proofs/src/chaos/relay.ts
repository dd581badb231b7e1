import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The bytes to pass on, and whether the connection stops there. */
export interface Passage {
  readonly pass: Buffer;
  readonly trip: boolean;
}

/** Inspects both directions of one connection. */
export interface Watcher {
  sent(bytes: Buffer): Passage;
  answered(bytes: Buffer): Passage;
}

/** A relay between a gateway and one of its peers. */
export interface Relay {
  readonly port: number;
  /** Holds all bytes from now on. */
  hold(): void;
  /** Passes on the held bytes. */
  release(): void;
  /** Ends all connections and discards held bytes. New connections pass bytes again. */
  drop(): void;
  /** Refuses connections until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param target the peer's current address; it may change
 * @param watch creates a watcher for each new connection
 * @param onTrip called immediately when a watcher trips, before another byte passes
 * @param place where it listens; default a free port of this machine
 */
export async function startRelay(
  target: () => { readonly host: string; readonly port: number },
  watch: () => Watcher,
  onTrip: () => void,
  place: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
): Promise<Relay> {
  const sockets = new Set<Socket>();
  let held = false;
  let kept: (() => void)[] = [];
  const server = createServer((near) => {
    const { host, port } = target();
    const far = connect(port, host);
    const watcher = watch();
    lead(near, far, (bytes) => watcher.sent(bytes));
    lead(far, near, (bytes) => watcher.answered(bytes));
  });

  function lead(from: Socket, to: Socket, look: (bytes: Buffer) => Passage): void {
    function forward(bytes: Buffer): void {
      if (held) {
        kept.push(() => forward(bytes));
        return;
      }
      const { pass, trip } = look(bytes);
      if (pass.length > 0) to.write(pass);
      if (!trip) return;
      onTrip();
      if (pass.length < bytes.length) kept.push(() => void to.write(bytes.subarray(pass.length)));
    }

    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', forward);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  async function listen(port: number): Promise<number> {
    server.listen(port, place.host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
  function drop(): void {
    for (const socket of sockets) socket.destroy();
    kept = [];
    held = false;
  }
  async function shut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  }

  const port = await listen(place.port);
  return {
    port,
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      for (const go of kept.splice(0)) go();
    },
    drop,
    shut,
    open: async () => {
      if (!server.listening) await listen(port);
    },
    close: shut,
  };
}
