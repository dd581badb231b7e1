import type { Pool, PoolClient } from 'pg';

/** The functions that `pg` calls for each message it sends, missing from its types. */
interface Wire {
  query: (text: string) => void;
  parse: (statement: { readonly name?: string; readonly text: string }, ...rest: unknown[]) => void;
  bind: (config: { readonly statement?: string }, ...rest: unknown[]) => void;
}

/** All statements that a pool's connections send from now on, in order: by their names, or else by their texts. */
export function watchStatements(pool: Pool): string[] {
  const sent: string[] = [];
  const watched = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const wire = (client as unknown as { readonly connection: Wire }).connection;
    const { query, parse, bind } = wire;
    let unnamed = '';
    wire.query = (text) => {
      sent.push(text);
      query.call(wire, text);
    };
    wire.parse = (statement, ...rest) => {
      if (!statement.name) unnamed = statement.text;
      parse.call(wire, statement, ...rest);
    };
    wire.bind = (config, ...rest) => {
      sent.push(config.statement || unnamed);
      bind.call(wire, config, ...rest);
    };
  });
  return sent;
}
