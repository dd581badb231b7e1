import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';

/** A name server for one name, which can fall silent. Needs root, for port 53 and a separate view of `/etc`. */
export interface NameServer {
  /** The address to answer from now on; null for silence. */
  answer(address: string | null): void;
  /** Command prefix that makes a program use only this server. */
  readonly launcher: readonly string[];
  close(): Promise<void>;
}

/** A loopback address on which nothing else listens. */
const ownAddress = '127.0.0.253';

/** @param folder for the file that replaces /etc/resolv.conf */
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

/** An answer by RFC 1035, section 4.1: the question, and one address if an IPv4 one was asked for. */
function answerTo(question: Buffer, address: string): Buffer {
  const endOfName = question.indexOf(0, 12);
  const asked = question.subarray(12, endOfName + 5);
  const isForAddress = asked.readUInt16BE(asked.length - 4) === 1;
  const head = Buffer.from([0x81, 0x80, 0, 1, 0, isForAddress ? 1 : 0, 0, 0, 0, 0]);
  // The name of the question, an IPv4 address, and one second to live.
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([question.subarray(0, 2), head, asked, ...(isForAddress ? [record] : [])]);
}
