import { readFile } from 'node:fs/promises';
import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Json } from '../http/document.ts';
import { build } from '../version.ts';
import { type Guide, readGuides } from './guides.ts';
import { llmsText, referenceMarkdown } from './llms.ts';
import { forPortal, referencePage } from './reference.ts';
import { serveScript } from './script.ts';
import { serveText } from './text.ts';

const hidden = { schema: { hide: true } };

/** `/openapi.json` and the portal at `/docs`, whose pages contact only this host; `/` redirects to it. */
export async function portalRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', hidden, async ({ headers }, reply) => {
    reply.header('vary', 'accept');
    if (headers.accept?.includes('text/html') === true) return reply.redirect('/docs/');
    return { name: 'Card Gateway', version: build.version, portal: '/docs/', openapi: '/openapi.json' };
  });
  serveText(app, '/openapi.json', 'application/json; charset=utf-8', async () => JSON.stringify(await readDocument()));
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
    const texts = (path: string, type: string, text: () => string | Promise<string>): void =>
      serveText(portal, path, `${type}; charset=utf-8`, text);
    // Most processes never render a page.
    const pageOf = async (guide: Guide): Promise<string> => (await import('./page.ts')).guidePage(guide, guides);
    const guides = await readGuides();
    for (const guide of guides) {
      texts(`/docs/${guide.name}`, 'text/html', () => pageOf(guide));
      texts(`/docs/${guide.name}.md`, 'text/markdown', () => guide.markdown);
    }
    const [first] = guides;
    if (first !== undefined) texts('/docs/', 'text/html', () => pageOf(first));
    portal.get('/docs', hidden, async (_request, reply) => reply.redirect('/docs/'));
    const style = await readFile(new URL('./guides.css', import.meta.url), 'utf8');
    texts('/docs/guides.css', 'text/css', () => style);
    texts('/llms.txt', 'text/plain', () => llmsText(guides));
    const script = serveScript(portal);
    texts('/docs/reference', 'text/html', () => referencePage(script, '/docs/reference.json'));
    texts('/docs/reference.md', 'text/markdown', referenceMarkdown);
    texts('/docs/reference.json', 'application/json', async () => JSON.stringify(forPortal(await readDocument())));
  });
}

/** The committed document, which a test compares with the routes. */
async function readDocument(): Promise<Json> {
  const file = new URL('../../../../docs/openapi.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as Json;
}
