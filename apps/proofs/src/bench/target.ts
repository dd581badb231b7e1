import type { Pool } from 'pg';
import { openConnection, requestText } from './connection.ts';
import type { Rows } from './fill.ts';
import type { AccountName } from './installation.ts';
import type { Running } from './process.ts';

/** The services measured: the gateway, its other version, the gateway without events, and the rivals. */
export const targetNames = ['gateway', 'against', 'quiet', 'b', 'b2', 'bare'] as const;
export type TargetName = (typeof targetNames)[number];

/** A service that is ready to be measured. Every one serves the gateway's API. */
export interface Target {
  readonly name: TargetName;
  readonly running: Running;
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: Rows;
  /** Public ids of row `n`. */
  readonly cardId: (n: number) => string;
  readonly operationId: (n: number) => string;
  /** What an order contains, per account. */
  readonly orders: Readonly<Record<AccountName, { readonly product: string; readonly cardholder: string }>>;
  readonly database: Pool;
  /** Resolves once the background work for answered requests is done. */
  readonly idle: () => Promise<void>;
}

/** Makes a single API call. @throws if its status is not `status` */
export async function call<T>(port: number, status: number, ...request: Parameters<typeof requestText>): Promise<T> {
  const connection = await openConnection(port);
  try {
    const answer = await connection.exchange(requestText(...request));
    const text = answer.body.toString();
    if (answer.status !== status) throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  } finally {
    connection.close();
  }
}
