import { expect, test } from 'vitest';
import { createKnownPages, type KnownPage } from './known-pages.ts';

test('the pages that were stored last are kept, by account and position', () => {
  const pages = createKnownPages(2);
  const page = (digest: string): KnownPage => {
    const head = { next: null, nextPart: null, isWhole: false, total: null, unreadable: 0, digest };
    return { head, refs: 'a', askedAt: new Date(0), versions: [] };
  };
  pages.set('one', null, page('1'));
  pages.set('two', null, page('2'));
  pages.set('one', null, page('3'));
  pages.set('one', '2.100', page('4'));
  expect(pages.get('one', null)?.head.digest).toBe('3');
  expect(pages.get('two', null)).toBeUndefined();
  expect(pages.get('one', '2.100')?.head.digest).toBe('4');
});
