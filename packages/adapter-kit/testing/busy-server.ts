import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface BusyServer {
  readonly port: number;
  /** Lets it take connections again: the kernel asks it anew, about a second after the first time. */
  readonly goOn: () => void;
  readonly close: () => Promise<void>;
}

const program = `
  const server = require('node:http').createServer((request, response) => response.end('{}'));
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));
`;

/** A server to which connecting takes long: it is stopped, and as many connections wait as may, so that the kernel drops the next. */
export async function openBusyServer(): Promise<BusyServer> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const port = Number(line);
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let count = 0; count < 2; count += 1) {
    const socket = connect(port, '127.0.0.1');
    waiting.push(socket);
    await once(socket, 'connect');
  }
  return {
    port,
    goOn: () => {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGCONT');
    },
    close: async () => {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
