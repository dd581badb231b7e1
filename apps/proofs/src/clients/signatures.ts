import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createClient } from '@card-gateway/client';
import { run } from '../docker/command.ts';
import { type Command, python } from './tools.ts';

/** Someone else's implementation of Standard Webhooks, with a program that verifies with it. */
export interface Verifier {
  readonly name: string;
  /** Programs that the machine must have. */
  readonly needs: readonly string[];
  /** Downloads it from its registry and compiles. @returns the program, which reads cases and prints what it makes of each */
  prepare(folder: string): Promise<Command>;
}

const programs = new URL('../../clients/signatures/', import.meta.url).pathname;

export const verifiers: readonly Verifier[] = [
  {
    name: 'standardwebhooks python',
    needs: ['python3'],
    prepare: async (folder) => [
      join(await python(folder, ['standardwebhooks==1.1.0']), 'python'),
      join(programs, 'verify.py'),
    ],
  },
  {
    name: 'standard-webhooks go',
    needs: ['go'],
    prepare: async (folder) => {
      const library = 'github.com/standard-webhooks/standard-webhooks/libraries v0.0.1';
      await writeFile(join(folder, 'go.mod'), `module example.com/verify\n\ngo 1.24\n\nrequire ${library}\n`);
      await cp(join(programs, 'main.go'), join(folder, 'main.go'));
      await run('go', ['mod', 'tidy'], { folder });
      await run('go', ['build', '-o', 'verify', '.'], { folder });
      return [join(folder, 'verify')];
    },
  },
  {
    name: 'standardwebhooks java',
    needs: ['java', 'javac', 'mvn'],
    prepare: async (folder) => {
      const artifact = 'com.standardwebhooks:standardwebhooks:1.1.0';
      const jar = join(folder, 'standardwebhooks-1.1.0.jar');
      await readFile(jar).catch(() =>
        run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], {
          folder,
        }),
      );
      await run('javac', ['-cp', jar, '-d', folder, join(programs, 'Verify.java')], { folder });
      return ['java', '-cp', `${jar}:${folder}`, 'Verify'];
    },
  },
];

interface Message {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A message, and the secret that it is verified with. */
export interface SignedCase extends Message {
  readonly about: string;
  readonly secret: string;
  readonly isGenuine: boolean;
}

/** What a gateway posts to a destination, before and after its secret is rotated, and the same with planted faults. */
export async function signedCases(gateway: { readonly url: string; readonly apiKey: string }): Promise<SignedCase[]> {
  const received = new EventEmitter();
  const receiver = createServer((request, response) => {
    void buffer(request).then((body) => {
      received.emit('message', { headers: request.headers, body } satisfies Message);
      return response.writeHead(204).end();
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const client = createClient({ baseUrl: gateway.url, apiKey: gateway.apiKey });
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
    const { id, secret } = await client.createEventDestination({ body: { url, types: ['cardholder.pending'] } });
    const next = async (): Promise<Message> => {
      const posted = once(received, 'message', { signal: AbortSignal.timeout(20_000) });
      // Not ASCII alone: the signature is over bytes.
      const body = { account: 'keysecure', reference: `用户-${randomUUID()}`, sumsubShareToken: 'share-token' };
      await client.createCardholder({ body });
      return ((await posted) as [Message])[0];
    };
    const before = await next();
    const { secret: newer } = await client.rotateEventDestinationSecret({ params: { id } });
    // Who posts learns of the rotation with the next report of its work.
    let after = await next();
    for (let more = 0; more < 10 && !isSignedTwice(after); more += 1) after = await next();
    return casesOf(before, after, { secret, newer });
  } finally {
    await client.close();
    receiver.closeAllConnections();
    receiver.close();
  }
}

function isSignedTwice({ headers }: Message): boolean {
  return String(headers['webhook-signature']).includes(' ');
}

function casesOf(
  before: Message,
  after: Message,
  secrets: { readonly secret: string; readonly newer: string },
): SignedCase[] {
  const { secret, newer } = secrets;
  const changed = Buffer.from(before.body);
  changed.writeUInt8(changed.readUInt8(changed.length - 3) ^ 1, changed.length - 3);
  const withHeader = (name: string, value: string): Message => ({
    ...before,
    headers: { ...before.headers, [name]: value },
  });
  const minutesAgo = String(Number(before.headers['webhook-timestamp']) - 360);
  return [
    { about: 'as posted', secret, ...before, isGenuine: true },
    { about: 'after a rotation, with the older secret', secret, ...after, isGenuine: true },
    { about: 'after a rotation, with the newer secret', secret: newer, ...after, isGenuine: true },
    { about: 'with another secret', secret: newer, ...before, isGenuine: false },
    { about: 'with another body', secret, ...before, body: changed, isGenuine: false },
    {
      about: 'with another id',
      secret,
      ...withHeader('webhook-id', String(after.headers['webhook-id'])),
      isGenuine: false,
    },
    { about: 'with an older time', secret, ...withHeader('webhook-timestamp', minutesAgo), isGenuine: false },
    {
      about: 'with the signature of another event',
      secret,
      ...withHeader('webhook-signature', String(after.headers['webhook-signature'])),
      isGenuine: false,
    },
  ];
}

/** Has a verifier decide each case. @throws Error naming those that it decided otherwise */
export async function verifyCases(verifier: Verifier, folder: string, cases: readonly SignedCase[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [command, ...words] = await verifier.prepare(folder);
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
  const lines = cases.map(({ secret, headers, body }) =>
    [secret, ...names.map((name) => headers[name]), body.toString('base64')].join('\t'),
  );
  const file = join(folder, 'cases.tsv');
  await writeFile(file, `${lines.join('\n')}\n`);
  const output = await run('sh', ['-c', 'file=$1; shift; exec "$@" < "$file"', 'sh', file, command, ...words], {
    folder,
  });
  const said = output.trimEnd().split('\n');
  const wrong = cases.filter(({ headers, isGenuine }, index) => {
    const expected = isGenuine ? `accepted ${String(headers['webhook-id'])}` : 'refused';
    return said[index] !== expected;
  });
  if (wrong.length > 0) throw new Error(`decided otherwise: ${wrong.map(({ about }) => about).join('; ')}`);
}
