import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';

/** A name server that knows one name, and may fall silent. For root alone: it needs port 53, and a process its own view of `/etc`. */
export interface NameServer {
  /** The address that it gives from now on; null where it says nothing at all. */
  answer(address: string | null): void;
  /** What is put before a command so that it asks this server, and no other. */
  readonly launcher: readonly string[];
  close(): Promise<void>;
}

/** A loopback address on which nobody else listens. */
const ownAddress = '127.0.0.253';

/** @param folder for the file that stands in for /etc/resolv.conf */
export async function startNameServer(folder: string, first: string): Promise<NameServer> {
  let address: string | null = first;
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    if (address !== null) socket.send(answerTo(question, address), from.port, from.address);
  });
  socket.bind(53, ownAddress);
  await once(socket, 'listening');
  const file = `${folder}/resolv.conf`;
  await writeFile(file, `nameserver ${ownAddress}\n`);
  return {
    answer: (given) => {
      address = given;
    },
    launcher: ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', file],
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** The answer of RFC 1035, section 4.1: the question again, and one address where it was for one of version 4. */
function answerTo(question: Buffer, address: string): Buffer {
  const endOfName = question.indexOf(0, 12);
  const asked = question.subarray(12, endOfName + 5);
  const isForAddress = asked.readUInt16BE(asked.length - 4) === 1;
  const head = Buffer.from([0x81, 0x80, 0, 1, 0, isForAddress ? 1 : 0, 0, 0, 0, 0]);
  // The name of the question, an address of the Internet, to be kept for a second.
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([question.subarray(0, 2), head, asked, ...(isForAddress ? [record] : [])]);
}
