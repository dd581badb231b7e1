import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface ChildServer {
  readonly port: number;
  /** Resolves when a request for `/held` has arrived. */
  readonly nextHeld: () => Promise<void>;
  /** Answers held requests, and blocks this process until the answers have been written. */
  readonly release: () => void;
  /** Stops accepting connections with a full backlog, so that the kernel drops the next one. */
  readonly stop: () => Promise<void>;
  /** Accepts connections again: the kernel retries about a second after the first attempt. */
  readonly goOn: () => void;
  readonly close: () => Promise<void>;
}

const serverProgram = `
  const held = [];
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/held') return held.push(response), console.log('held');
    if (request.url !== '/release') return response.end('{}');
    for (const each of held.splice(0)) each.end('{}', () => response.end());
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));
`;

/** An HTTP server in a separate process, which answers with `{}`. */
export async function openChildServer(): Promise<ChildServer> {
  const child = spawn(process.execPath, ['-e', serverProgram], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const port = Number(line);
  const waiting: Socket[] = [];
  const leave = (): void => {
    for (const socket of waiting.splice(0)) socket.destroy();
  };
  return {
    port,
    nextHeld: async () => void (await once(child.stdout, 'data')),
    release: () => {
      const program = `require('node:http').get('http://127.0.0.1:${port}/release', (response) => response.resume())`;
      execFileSync(process.execPath, ['-e', program], { timeout: 10_000 });
    },
    stop: async () => {
      child.kill('SIGSTOP');
      for (let count = 0; count < 2; count += 1) {
        const socket = connect(port, '127.0.0.1');
        waiting.push(socket);
        await once(socket, 'connect');
      }
    },
    goOn: () => {
      leave();
      child.kill('SIGCONT');
    },
    close: async () => {
      leave();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
