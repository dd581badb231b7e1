import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server in front of a provider that passes everything on, and may change the text of an answer. */
export interface Rewriter {
  readonly url: string;
  /** How answers are changed from now on; a promise holds them meanwhile. */
  rewrite: (path: string, text: string) => string | Promise<string>;
  close(): Promise<void>;
}

export async function startRewriter(targetUrl: () => string): Promise<Rewriter> {
  const server = createServer((incoming, outgoing) => {
    const { host: _host, ...headers } = incoming.headers;
    const path = incoming.url ?? '/';
    const passedOn = request(new URL(path, targetUrl()), { method: incoming.method, headers }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (part: string) => (text += part));
      answer.on('error', () => outgoing.destroy());
      answer.on('end', () => {
        outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? '' });
        const rewritten = Promise.try(rewriter.rewrite, path, text);
        rewritten.then((body) => outgoing.end(body)).catch(() => outgoing.destroy());
      });
    });
    passedOn.on('error', () => outgoing.destroy());
    incoming.pipe(passedOn);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const rewriter: Rewriter = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rewrite: (_path, text) => text,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return rewriter;
}
