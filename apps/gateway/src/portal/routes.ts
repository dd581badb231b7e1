import { readFile } from 'node:fs/promises';
import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Json } from '../http/document.ts';
import { build } from '../version.ts';
import { readGuides } from './guides.ts';
import { llmsText, referenceMarkdown } from './llms.ts';
import { guidePage } from './page.ts';
import { forPortal, referencePage } from './reference.ts';
import { serveScript } from './script.ts';

const hidden = { schema: { hide: true } };
const compressed = { ...hidden, compress: {} };

/** `/openapi.json` and the portal at `/docs`, whose pages contact only this host; `/` redirects to it. */
export async function portalRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', hidden, async ({ headers }, reply) => {
    reply.header('vary', 'accept');
    if (headers.accept?.includes('text/html') === true) return reply.redirect('/docs/');
    return { name: 'Card Gateway', version: build.version, portal: '/docs/', openapi: '/openapi.json' };
  });
  let document: string | null = null;
  app.get('/openapi.json', compressed, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json').send(document);
  });
  await app.register(async (portal) => {
    await portal.register(fastifyHelmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          // The reference uses inline styles.
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
    const texts = (path: string, type: string, text: () => string): void => {
      let made: string | null = null;
      portal.get(path, compressed, async (_request, reply) => {
        made ??= text();
        return reply.type(`${type}; charset=utf-8`).send(made);
      });
    };
    const guides = await readGuides();
    for (const guide of guides) {
      texts(`/docs/${guide.name}`, 'text/html', () => guidePage(guide, guides));
      texts(`/docs/${guide.name}.md`, 'text/markdown', () => guide.markdown);
    }
    const [first] = guides;
    if (first !== undefined) texts('/docs/', 'text/html', () => guidePage(first, guides));
    portal.get('/docs', hidden, async (_request, reply) => reply.redirect('/docs/'));
    const style = await readFile(new URL('./guides.css', import.meta.url), 'utf8');
    texts('/docs/guides.css', 'text/css', () => style);
    texts('/llms.txt', 'text/plain', () => llmsText(guides));
    const script = await serveScript(portal);
    texts('/docs/reference', 'text/html', () => referencePage(script, '/docs/reference.json'));
    texts('/docs/reference.md', 'text/markdown', referenceMarkdown);
    texts('/docs/reference.json', 'application/json', () =>
      JSON.stringify(forPortal(app.swagger() as unknown as Json)),
    );
  });
}
