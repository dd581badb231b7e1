import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface NameServer {
  /** Its address, in the form that `setServers` takes. */
  readonly address: string;
  /** The queries received, e.g. `A provider.example`, including those while it is silent. */
  readonly questions: readonly string[];
  /** Sets the addresses of a name; unset names do not exist. */
  readonly set: (name: string, addresses: readonly string[], ttlSeconds?: number) => void;
  /** Stops answering all queries, or those of one type; `null` answers again. */
  readonly silence: (type: 'all' | 'A' | 'AAAA' | null) => void;
  /** Resolves when a question has arrived. */
  readonly nextQuestion: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const types = new Map([
  [1, 'A'],
  [28, 'AAAA'],
]);

/** A name server on loopback (RFC 1035, over UDP) that answers or is silent on command. */
export async function openNameServer(): Promise<NameServer> {
  const records = new Map<string, { addresses: readonly string[]; ttlSeconds: number }>();
  const questions: string[] = [];
  const waiting: (() => void)[] = [];
  let silent: 'all' | 'A' | 'AAAA' | null = null;

  const socket = createSocket('udp4');
  socket.on('message', (message, sender) => {
    const { name, type, question } = readQuestion(message);
    questions.push(`${type} ${name}`);
    for (const wake of waiting.splice(0)) wake();
    if (silent === 'all' || silent === type) return;
    const known = records.get(name);
    const found = (known?.addresses ?? []).filter((address) => address.includes(':') === (type === 'AAAA'));
    const head = Buffer.alloc(12);
    message.copy(head, 0, 0, 2);
    head.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    const answers = found.map((address) => recordOf(address, known?.ttlSeconds ?? 0));
    socket.send(Buffer.concat([head, question, ...answers]), sender.port, sender.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    set: (name, addresses, ttlSeconds = 60) => void records.set(name, { addresses, ttlSeconds }),
    silence: (type) => {
      silent = type;
    },
    nextQuestion: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: string; question: Buffer } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1);
  return {
    name: labels.join('.').toLowerCase(),
    type: types.get(type) ?? String(type),
    question: message.subarray(12, at + 5),
  };
}

function recordOf(address: string, ttlSeconds: number): Buffer {
  const data = address.includes(':') ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  // A pointer to the name of the question.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(data.length === 4 ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttlSeconds, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function ipv6Bytes(address: string): Buffer {
  const [left = [], right = []] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
