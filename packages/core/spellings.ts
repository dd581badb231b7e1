import { plainText } from './plain-text.ts';

const months = 'January February March April May June July August September October November December'.split(' ');
const isoDate = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * A sensitive text in every form in which a provider may echo it: plain ({@link plainText}), in unaccented capitals (`MULLER`
 * for `Müller`, `WEISS` for `Weiß`), and for a date (`1990-02-28`) also with the English name of its month.
 */
export function spellingsOf(text: string): readonly string[] {
  const plain = plainText(text);
  const capitals = plain
    .toUpperCase()
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '');
  // In other scripts marks are more than accents: without them it would be another word.
  const isUnaccented = !/^[ -~]*$/.test(plain) && /^[ -~]+$/.test(capitals);
  return [plain, ...(isUnaccented ? [capitals] : []), ...writtenDates(plain)];
}

function writtenDates(text: string): string[] {
  const [, year = '', month = '', day = ''] = isoDate.exec(text) ?? [];
  const name = months[Number(month) - 1];
  if (name === undefined) return [];
  return [day, String(Number(day))].flatMap((number) =>
    [name, name.slice(0, 3)].flatMap((word) => [`${number} ${word} ${year}`, `${word} ${number} ${year}`]),
  );
}
