import { described, openTransport } from '@card-gateway/adapter-kit';
import { sendBy, testCall } from '@card-gateway/adapter-kit/call';
import { newUuid, toPublicId } from '@card-gateway/core';
import { adapters } from '@card-gateway/gateway/adapters';
import { atOnce, startSandbox } from '@card-gateway/sandbox';
import { describe, expect, test } from 'vitest';
import { type Account, accounts } from '../src/fault-matrix/accounts.ts';
import type { Row } from '../src/fault-matrix/calls.ts';

const now = (): number => Date.now();

describe.each(adapters)('the documented calls of $provider', ({ provider, calls }) => {
  const own = accounts.filter((account) => account.provider === provider);
  const rows = own.flatMap((account) => Object.values(account.rows));
  const without = own.flatMap(({ callsWithoutRow = {} }) => Object.keys(callsWithoutRow));
  const used = calls.filter(({ unused }) => unused === undefined).map(({ name }) => name);

  test('each that is used is made against the sandbox, or its account says why not', () => {
    expect(used.filter((name) => !without.includes(name) && !rows.some((row) => isOf(row, name)))).toEqual([]);
    expect(without.filter((name) => !used.includes(name))).toEqual([]);
  });

  test('each call that is made is one of them', () => {
    expect(rows.filter((row) => !used.some((name) => isOf(row, name))).map(({ operation }) => operation)).toEqual([]);
  });
});

/** `card/{card_no}/detail` matches the operation `card/detail`, `/v1/txn/queryTokenList` matches `queryTokenList`. */
function isOf({ operation, documented }: Row, name: string): boolean {
  if (documented !== undefined) return documented === name;
  const plain = name.replaceAll(/\{[^}]*\}\/?/g, '');
  return plain === operation || plain.endsWith(`/${operation}`);
}

describe.each(accounts)('the callbacks of $title', (account) => {
  const callbacks = described(adapters.find(({ provider }) => provider === account.provider)?.callbacks ?? []);
  const documented = new Set(callbacks.flatMap(({ name, kinds = [name] }) => kinds));

  test('each kind that the provider sends is documented by its adapter', async () => {
    const { takes, sent } = await toldBy(account);
    expect(sent.filter((kind) => !documented.has(kind))).toEqual([]);
    expect(sent.length > 0, 'an account that takes callbacks has `tells` in its rows, which makes them be sent').toBe(
      takes,
    );
  });
});

/** Whether the adapter takes callbacks, and every kind of them that this account's provider sends. */
async function toldBy(account: Account): Promise<{ takes: boolean; sent: readonly string[] }> {
  const sandbox = await startSandbox(atOnce);
  const transport = openTransport({ connections: 4, connectTimeoutMs: 2000, maxResponseBytes: 4_000_000 });
  try {
    const adapter = account.open(sandbox, { send: sendBy(transport.send), now });
    if (adapter.callbacks === undefined) return { takes: false, sent: [] };
    const { callbacks } = sandbox.admin;
    // Nobody listens there: they are kept, but for those that cannot wait.
    callbacks.target(account.provider, 'http://127.0.0.1:1/');
    callbacks.hold();
    const unique = () => toPublicId('operation', newUuid(now()));
    await account.tells?.({ adapter, sandbox, call: testCall(), unique });
    const kinds = [...callbacks.held(), ...callbacks.sent()].map(({ kind }) => kind);
    return { takes: true, sent: [...new Set(kinds)] };
  } finally {
    await sandbox.close();
    await transport.close();
  }
}
