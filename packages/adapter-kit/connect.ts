import { request as httpRequest } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { callbackify } from 'node:util';
import type { Secret } from '@card-gateway/core';
import { createNames, type NameOptions } from './names.ts';
import { type Network, readProxy } from './network.ts';
import manifest from './package.json' with { type: 'json' };

export const userAgent = `card-gateway/${manifest.version}`;

export interface ConnectorOptions {
  /** Milliseconds for the whole sequence: name, connection, proxy, TLS. */
  readonly timeoutMs: number;
  readonly network: Network;
  readonly names: NameOptions;
  /** Whether a connection for a host may be made to one of its addresses; default to all. Not asked for proxies. */
  readonly allows?: ((host: string, address: string) => boolean) | undefined;
}

/** The target of a connection that undici requests; an empty port is the protocol's default. */
interface Target {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: string;
}

type Connector = (target: Target, callback: (...result: [null, Socket] | [Error, null]) => void) => void;

/**
 * No connection was established. `code` names the step: `CONNECT_TIMEOUT`, `TLS_TIMEOUT`, `PROXY_407`, `PROXY_ECONNREFUSED`, …
 */
class ConnectError extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(code, { cause });
    this.name = 'ConnectError';
    this.code = code;
  }
}

/** RFC 8305 §5: head start of an address before the next one is tried in parallel. */
const nextAttemptMs = 250;
const keepAliveMs = 60_000;

/**
 * Replaces undici's connector: names are resolved without the thread pool, no address is given up while time is left, and each
 * account has its own proxy, authorities and client certificate.
 */
export function createConnector({ timeoutMs, network, names: nameOptions, allows }: ConnectorOptions): Connector {
  const names = createNames(timeoutMs, nameOptions);
  const proxy = network.proxy === undefined ? null : readProxy(network.proxy);
  const secureContext = createSecureContext({
    ca: network.ca?.reveal(),
    cert: network.clientCertificate?.reveal(),
    key: network.clientKey?.reveal(),
  });
  const sessions = new Map<string, Buffer>();

  async function open({ protocol, hostname, port }: Target): Promise<Socket> {
    const signal = AbortSignal.timeout(timeoutMs);
    if (proxy === null) return await openDirectly(protocol, hostname, portOf(protocol, port), signal, allows);
    const { url, authorization } = proxy;
    let tunnel: Socket;
    try {
      const way = await openDirectly(url.protocol, bare(url.hostname), portOf(url.protocol, url.port), signal);
      const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
      tunnel = await openTunnel(way, `${host}:${portOf(protocol, port)}`, authorization, signal);
    } catch (error) {
      throw new ConnectError(`PROXY_${codeOf(error)}`, error);
    }
    return protocol === 'https:' ? await secure(tunnel, hostname, signal) : tunnel;
  }

  async function openDirectly(
    protocol: string,
    host: string,
    port: number,
    signal: AbortSignal,
    allows: ConnectorOptions['allows'] = () => true,
  ): Promise<Socket> {
    const found = await inTime<readonly string[]>(signal, 'DNS_TIMEOUT', (resolve, reject) => {
      names.addressesOf(host).then(resolve, reject);
    });
    const addresses = found.filter((address) => allows(host, address));
    if (addresses.length === 0) throw new ConnectError('ADDRESS_NOT_ALLOWED');
    const socket = await openTcp(addresses, port, signal);
    return protocol === 'https:' ? await secure(socket, host, signal) : socket;
  }

  function secure(socket: Socket, host: string, signal: AbortSignal): Promise<Socket> {
    return inTime<Socket>(signal, 'TLS_TIMEOUT', (resolve, reject) => {
      const secured = connectTls({
        socket,
        host,
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
        secureContext,
        session: sessions.get(host),
      });
      secured.on('session', (session) => sessions.set(host, session));
      secured.on('error', reject);
      secured.once('close', () => reject(new ConnectError('TLS_CLOSED')));
      secured.once('secureConnect', () => resolve(secured));
      return () => secured.destroy();
    });
  }

  return callbackify(open) as unknown as Connector;
}

/**
 * Connects to the first address that answers (RFC 8305 §5). The next address is tried when the previous one has failed, or in
 * parallel when it has not answered within the head start.
 */
function openTcp(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  return inTime<Socket>(signal, 'CONNECT_TIMEOUT', (resolve, reject) => {
    const waiting = [...addresses];
    const trying = new Set<Socket>();
    const failures: NodeJS.ErrnoException[] = [];
    let next: NodeJS.Timeout | undefined;

    function endOthers(): void {
      clearTimeout(next);
      for (const socket of trying) socket.destroy();
    }
    function tryNext(): void {
      clearTimeout(next);
      const host = waiting.shift();
      if (host === undefined) {
        if (trying.size === 0) reject(failures.find(({ code }) => !isUnreachable(code)) ?? failures[0]);
        return;
      }
      const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
      trying.add(socket);
      socket.once('connect', () => {
        trying.delete(socket);
        endOthers();
        resolve(socket);
      });
      // Stays attached, so that no error is ever unhandled. After connecting it is up to the socket's user.
      socket.on('error', (error) => {
        if (!trying.delete(socket)) return;
        failures.push(error);
        tryNext();
      });
      if (waiting.length > 0) next = setTimeout(tryNext, nextAttemptMs);
    }

    tryNext();
    return endOthers;
  });
}

/** Errors of an address family that the host lacks; the other family's error is more informative. */
function isUnreachable(code: string | undefined): boolean {
  return code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

/** Always a tunnel, for plain HTTP too: a forwarding proxy could answer for a request after passing it on. */
function openTunnel(
  socket: Socket,
  authority: string,
  authorization: Secret | null,
  signal: AbortSignal,
): Promise<Socket> {
  return inTime<Socket>(signal, 'TIMEOUT', (resolve, reject) => {
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      createConnection: () => socket,
      headers: {
        host: authority,
        'user-agent': userAgent,
        ...(authorization !== null && { 'proxy-authorization': authorization.reveal() }),
      },
    });
    request.once('connect', ({ statusCode = 0 }, tunnel: Socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        tunnel.destroy();
        reject(new ConnectError(`${statusCode}`));
        return;
      }
      if (head.length > 0) tunnel.unshift(head);
      resolve(tunnel);
    });
    request.on('error', reject);
    request.end();
    return () => request.destroy();
  });
}

/** Starts an operation that resolves or rejects. On time-out it is aborted and rejected with `code`. */
function inTime<T>(
  signal: AbortSignal,
  code: string,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const end = begin(resolve, reject);
  let isSettled = false;
  // First process the input that arrived while this process was busy.
  const late = (): void => void setImmediate(giveUp);
  function giveUp(): void {
    if (isSettled) return;
    reject(new ConnectError(code));
    end?.();
  }
  if (signal.aborted) late();
  else signal.addEventListener('abort', late, { once: true });
  return promise.finally(() => {
    isSettled = true;
    signal.removeEventListener('abort', late);
  });
}

function portOf(protocol: string, port: string): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** Without the brackets that an IPv6 address has in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'FAILED';
}
