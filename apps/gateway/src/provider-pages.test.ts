import { harbour } from '@card-gateway/examples/harbour';
import { expect, test } from 'vitest';
import { withMadeParts } from './provider-pages.ts';

test('a page gets the parts that it has no place for yet, and afterwards only their contents', () => {
  const made = withMadeParts('# Harbour (`harbour`)\n\nAn invented issuer.\n', harbour);
  expect(made.match(/^##+ .*/gm)).toEqual(['## Every call of the documents', '## What it sends', '### card.changed']);
  expect(made.startsWith('# Harbour (`harbour`)\n\nAn invented issuer.\n\n## Every')).toBe(true);
  expect(withMadeParts(made.replace('`POST /v2/cards`', 'POST'), harbour)).toBe(made);
});

test('a part that does not end is told by its page and its lines', () => {
  const made = withMadeParts('', harbour);
  const cut = made.slice(0, made.lastIndexOf('<!-- Made until here. -->'));
  expect(() => withMadeParts(cut, harbour)).toThrow(
    /^docs\/providers\/harbour\.md: expected the line\n<!-- Made until/,
  );
});
