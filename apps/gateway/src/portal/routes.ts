import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Json } from '../http/document.ts';
import { build } from '../version.ts';
import { forPortal, referencePage } from './reference.ts';
import { serveScript } from './script.ts';

const hidden = { schema: { hide: true } };
const compressed = { ...hidden, compress: {} };

/** `/openapi.json` and the portal at `/docs`, from which no request leaves this host; `/` leads to both. */
export async function portalRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', hidden, async ({ headers }, reply) => {
    reply.header('vary', 'accept');
    if (headers.accept?.includes('text/html') === true) return reply.redirect('/docs/');
    return { name: 'Card Gateway', version: build.version, portal: '/docs/', openapi: '/openapi.json' };
  });
  const texts = new Map<string, string>();
  const json = (path: string, document: () => unknown): void => {
    app.get(path, compressed, async (_request, reply) => {
      const text = texts.get(path) ?? JSON.stringify(document());
      texts.set(path, text);
      return reply.type('application/json').send(text);
    });
  };
  json('/openapi.json', () => app.swagger());
  json('/docs/reference.json', () => forPortal(app.swagger() as unknown as Json));
  await app.register(async (portal) => {
    await portal.register(fastifyHelmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          // The reference styles itself inline.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          fontSrc: ["'self'", 'data:'],
          connectSrc: ["'self'"],
          workerSrc: ["'self'", 'blob:'],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
    });
    const script = await serveScript(portal);
    const reference = referencePage(script, '/docs/reference.json');
    for (const path of ['/docs', '/docs/'])
      app.get(path, hidden, async (_request, reply) => reply.redirect('/docs/reference'));
    portal.get('/docs/reference', hidden, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(reference),
    );
  });
}
